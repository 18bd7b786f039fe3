"""The measurements of the queue and its workers, some of them beside BullMQ on a Redis that is as durable."""
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import nullcontext

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from engines import Postgres, Redis
from redis_parts import quantile
from stored_items import PostgresDatabases, SqliteFiles

WORKERS = 4
JOBS, ROUNDS = 5000, 3
PICKED_UP, PAUSE_MS = 400, 50
AT_ONCE = 10_000
FEW, MANY = 1000, 1_000_000
WAITING = 40_000
BULLMQ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bullmq")
IDLE_SECONDS = 20


def install_bullmq(folder):
    """The packages of the lock file, unless they are there; why they cannot be had, or None."""
    if not shutil.which("npm"):
        return "there is no npm"
    with open(os.path.join(BULLMQ, "package-lock.json")) as file:
        wanted = file.read()
    lock, done = os.path.join(folder, "package-lock.json"), os.path.join(folder, "node_modules", ".package-lock.json")
    installed = os.path.exists(done) and os.path.exists(lock) and open(lock).read() == wanted
    shutil.copytree(BULLMQ, folder, dirs_exist_ok=True)
    if installed:
        return None
    made = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                          capture_output=True, text=True)
    if made.returncode:
        os.remove(lock)
        return f"npm could not install it: {(made.stderr.strip() or 'no reason').splitlines()[0]}"
    return None


class BullMq:
    """On a Redis that syncs each write, as PostgreSQL does."""

    def __init__(self, folder):
        self.folder = folder
        self.redis = Redis("--appendonly", "yes", "--appendfsync", "always")

    def __enter__(self):
        self.redis.__enter__()
        return self

    def __exit__(self, *failure):
        self.redis.__exit__(*failure)

    def run(self, mode, *numbers):
        told = subprocess.run(["node", "bench.js", mode, str(self.redis.port), *map(str, numbers)], cwd=self.folder,
                              check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(told.stdout)


def ours(bench, mode, database, *words):
    told = subprocess.run([bench.program("queue_bench"), mode, database, *map(str, words)], check=True,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(told.stdout)


def middle(runs, field):
    return statistics.median(one[field] for one in runs)


def queue(bench, resident_kib):
    folder = os.path.join(bench.build, "bullmq")
    missing = install_bullmq(folder)
    with Postgres() as postgres, nullcontext() if missing else BullMq(folder) as other:
        rates(bench, postgres, other, missing)
        pick_up(bench, postgres, other)
    enqueue_at_once(bench)
    flat(bench, SqliteFiles(bench))
    with Postgres() as postgres:
        flat(bench, PostgresDatabases(postgres))
    idle_worker(bench, resident_kib)


def rates(bench, postgres, other, missing):
    """The workers as one pool, and each on its own."""
    bench.report.part("queue", f"{bench.shown('queue_bench')} drain on PostgreSQL (synchronous_commit=on), {ROUNDS} times"
                               " by turns with bullmq/bench.js drain on Redis (appendfsync always)")
    if missing:
        bench.report.note(f"left out, for BullMQ cannot be measured: {missing}")
        return
    for name, pools, each in (("one pool of 4 workers", 1, WORKERS), ("4 workers of one each", WORKERS, 1)):
        runs, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(other.run("drain", JOBS, pools, each))
            runs.append(ours(bench, "drain", postgres.url, JOBS, pools, each))
        rate, their_rate = JOBS / middle(runs, "seconds"), JOBS / middle(theirs, "seconds")
        bench.report.number(f"empty jobs, {name}", f"{rate:.0f}/s", f"{rate / their_rate:.2f}x BullMQ's"
                            f" {their_rate:.0f}/s", "1x", rate >= their_rate)
        bench.report.note(f"CPU of the worker process a job: {middle(runs, 'cpu_s') / JOBS * 1e6:.0f} us")


def pick_up(bench, postgres, other):
    beside = ""
    with Redis() as redis:
        bench.report.part("queue", f"{bench.shown('queue_bench')} tell: {PICKED_UP} items, one each {PAUSE_MS} ms, for"
                                   " queue_bench handle in another process, PostgreSQL and a wake by Redis; after that"
                                   " bullmq/bench.js latency, in one process")
        handler = subprocess.Popen([bench.program("queue_bench"), "handle", postgres.url, redis.url],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if "waiting" not in handler.stdout.readline():
            raise RuntimeError("the handler did not come up")
        told = ours(bench, "tell", postgres.url, redis.url, PICKED_UP, PAUSE_MS)
        entered = json.loads(handler.communicate()[0].splitlines()[-1])["entered"]
    if len(entered) != PICKED_UP:
        raise RuntimeError(f"{len(entered)} of {PICKED_UP} items were handled")
    waited, whole = (sorted((there - here) / 1000 for here, there in zip(told[since], entered))
                     for since in ("committed", "begun"))
    if other:
        theirs = other.run("latency", PICKED_UP, PAUSE_MS)
        beside = f"; BullMQ's from the call of add: p50 {theirs['p50_us'] / 1000:.1f} ms, p99" \
                 f" {theirs['p99_us'] / 1000:.1f} ms"
    p99 = quantile(waited, 0.99)
    bench.report.number("from the commit of an item to its handler, idle", f"p99 {p99:.1f} ms",
                        f"{p99 / 15:.2f}x of the limit, p50 {quantile(waited, 0.5):.1f} ms", "under 15 ms", p99 < 15)
    bench.report.note(f"from the call of enqueue: p50 {quantile(whole, 0.5):.1f} ms, p99 {quantile(whole, 0.99):.1f} ms"
                      + beside)
    syncs = sync_ms(bench)
    bench.report.note(f"each commit waits for a sync of the disk, which alone takes p50 {quantile(syncs, 0.5):.1f} ms,"
                      f" p99 {quantile(syncs, 0.99):.1f} ms")


def sync_ms(bench):
    """How long a sync takes after a write of one page into a file that keeps its size, with pauses as above."""
    page, pages, times = 8192, 1000, []
    with open(os.path.join(bench.folder, "syncs"), "wb", buffering=0) as file:
        file.write(bytes(page * pages))
        os.fsync(file)
        file.seek(0)
        for _ in range(PICKED_UP // 2):
            time.sleep(PAUSE_MS / 1000)
            file.write(b"x" * page)
            begun = time.monotonic()
            os.fdatasync(file)
            times.append((time.monotonic() - begun) * 1000)
    return times


def enqueue_at_once(bench):
    file = os.path.join(bench.data("at-once"), "botd.db")
    bench.report.part("queue", f"{bench.shown('queue_bench')} enqueue, {AT_ONCE} items, {ROUNDS} times on a file of SQLite"
                               " by turns with an executemany of Python's sqlite3")
    runs, plain = [], []
    for turn in range(ROUNDS):
        runs.append(ours(bench, "enqueue", file, AT_ONCE))
        plain.append(plain_inserts(file, turn))
    seconds = middle(runs, "seconds")
    bench.report.number(f"enqueue of {AT_ONCE} items in one call", f"{seconds:.2f} s",
                        f"{seconds / statistics.median(plain):.2f}x plain INSERTs in one transaction",
                        "under 1 s", seconds < 1)


def plain_inserts(file, turn):
    """Seconds for as many rows into the same table, with nothing around them."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    rows = [("plain", "empty", "{}", turn, turn) for _ in range(AT_ONCE)]
    begun = time.monotonic()
    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts, max_attempts, fence,"
        " history, created_at) VALUES (?, ?, ?, 'ready', 0, ?, 0, 5, 0, '[]', ?)", rows)
    database.execute("COMMIT")
    took = time.monotonic() - begun
    database.close()
    return took


def flat(bench, engine):
    jobs, rounds = 4000, 5
    bench.report.part("queue", f"{bench.shown('queue_bench')} drain of {jobs} items, {rounds} times by turns on"
                               f" {engine.name} with {FEW} and with {MANY} finished items stored")
    places = {}
    for name, count in (("few", FEW), ("many", MANY)):
        places[name] = engine.empty(name)
        ours(bench, "drain", places[name], 1, 1, 1)
        begun = time.monotonic()
        engine.multiply(name, count - 1)
    bench.report.note(f"storing {MANY} items took {time.monotonic() - begun:.0f} s")
    runs = {"few": [], "many": []}
    for turn in range(rounds):
        # What a turn finishes would soon be more than the few.
        for name, place in (("few", engine.copy("few", f"few_{turn}")), ("many", places["many"])):
            one = ours(bench, "drain", place, jobs, 1, WORKERS)
            one["total_s"] = one["enqueue_s"] + one["seconds"]
            runs[name].append(one)
    show_flat(bench, f"a job on {engine.name}, {MANY} stored", runs, f"{FEW} stored", jobs)
    backlog(bench, engine, jobs, rounds)


def backlog(bench, engine, jobs, rounds):
    """With many that wait, on a database whose statistics are of a time when none did."""
    bench.report.part("queue", f"{bench.shown('queue_bench')} drain of {jobs} items, {rounds} times by turns on"
                               f" {engine.name} with none and with {WAITING} others waiting behind them")
    runs = {"few": [], "many": []}
    place = engine.copy("few", "waiting")
    for _ in range(WAITING // AT_ONCE):
        ours(bench, "enqueue", place, AT_ONCE)
    for turn in range(rounds):
        for name, where in (("few", engine.copy("few", f"none_{turn}")), ("many", place)):
            one = ours(bench, "drain", where, jobs, 1, WORKERS)
            one["total_s"] = one["enqueue_s"] + one["seconds"]
            runs[name].append(one)
    show_flat(bench, f"a job on {engine.name}, {WAITING} waiting", runs, "none waiting", jobs)


def show_flat(bench, name, runs, few, jobs):
    ratio = middle(runs["many"], "total_s") / middle(runs["few"], "total_s")
    each = middle(runs["many"], "total_s") / jobs * 1e6
    cpu = middle(runs["many"], "cpu_s") / middle(runs["few"], "cpu_s")
    bench.report.number(name, f"{each:.0f} us", f"{ratio:.2f}x of that with {few}, CPU of the worker process"
                        f" {cpu:.2f}x", "1.25x", ratio <= 1.25)


def cpu_ms(pid):
    """Of all threads that live, to the nanosecond; /proc/PID/stat counts ticks."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e6


def idle_worker(bench, resident_kib):
    with Postgres() as postgres, Redis() as redis:
        bench.report.part("queue", f"{bench.shown('botd')} worker with PostgreSQL and Redis and nothing to do, for"
                                   f" {IDLE_SECONDS} s; CPU from /proc/PID/task/*/schedstat")
        worker = subprocess.Popen([bench.program("botd"), "worker", "--worker-id", "bench"], stderr=subprocess.DEVNULL,
                                  env={"PATH": os.environ["PATH"], "BOTD_DATABASE_URL": postgres.url,
                                       "BOTD_REDIS_URL": redis.url})
        try:
            wait_for_worker(worker, postgres)
            before = cpu_ms(worker.pid)
            time.sleep(IDLE_SECONDS)
            share = (cpu_ms(worker.pid) - before) / IDLE_SECONDS / 10
            memory = resident_kib(worker.pid) / 1024
        finally:
            worker.terminate()
            worker.wait()
    bench.report.number("idle worker, CPU", f"{share:.2f} %", f"{share / 0.2:.2f}x of the limit", "under 0.2 %",
                        share < 0.2)
    bench.report.number("idle worker, memory", f"{memory:.1f} MiB", f"{memory / 30:.2f}x of the limit", "under 30 MiB",
                        memory < 30)


def wait_for_worker(worker, postgres):
    deadline = time.monotonic() + 20
    while (postgres.rows("SELECT status FROM workers WHERE id = 'bench'") or [[""]])[0][0] != "running":
        if worker.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the worker did not come up")
        time.sleep(0.1)
    time.sleep(2)  # what a start costs is over
