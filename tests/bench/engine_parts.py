"""The measurements that stand on PostgreSQL: creations against pgbench, and two servers against one."""
import json
import os
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from engines import Postgres

USERS, CLIENTS, SESSIONS = 200, 64, 16
SECONDS, ROUNDS = 3, 3
BODY = '{"platform":"google_meet","native_meeting_id":"bench-%s-%%"}'
# What a reservation cannot do without; ours also stores a session, its secret and the launch.
TRANSACTION = f"""\\set uid random(1, {USERS})
BEGIN;
SELECT max_concurrent_bots FROM users WHERE id = :uid FOR UPDATE;
SELECT COUNT(*) FROM meetings WHERE user_id = :uid AND status IN ('reserved', 'starting', 'active');
INSERT INTO meetings (user_id, platform, native_meeting_id, status, data, created_at, updated_at, state_since_ms,
 stop_requested) VALUES (:uid, 'google_meet', 'pgbench-' || nextval('bench_ids'), 'reserved', '{{}}', 0, 0, 0, false);
COMMIT;
"""


def flags(database):
    return ("--bot-start-delay", "1h", "--database-url", database.url, "--database-connections", str(SESSIONS))


def keys_for_users(bench, server):
    file = os.path.join(bench.folder, "engines.keys")
    with open(file, "w") as out:
        for number in range(USERS):
            user = server.ask_json("POST", "/admin/users", {"email": f"user-{number}@bench.example",
                                                            "max_concurrent_bots": 1_000_000})
            token = server.ask_json("POST", f"/admin/users/{user['id']}/tokens")["token"]
            out.write(token + "\n")
    return file


def creations(bench, servers, keys, name):
    """Creations a second, the clients shared out among the servers."""
    share = CLIENTS // len(servers)
    running = [subprocess.Popen(
        [bench.program("load"), "run", server.port, "--connections", str(share), "--seconds", str(SECONDS), "--path",
         "/bots", "--method", "POST", "--keys", keys, "--body", BODY % f"{name}-{number}"],
        stdout=subprocess.PIPE, text=True) for number, server in enumerate(servers)]
    told = [json.loads(one.communicate()[0]) for one in running]
    if any(set(one["statuses"]) != {"201"} for one in told):
        raise RuntimeError(f"POST /bots answered {[one['statuses'] for one in told]}")
    return sum(one["per_second"] for one in told)


def pgbench(database, script):
    told = subprocess.run([database.binaries / "pgbench", "-n", "-M", "prepared", "-c", str(SESSIONS), "-j", "2", "-T",
                           str(SECONDS), "-f", script, database.url], check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([0-9.]+)", told)[1])


def postgres(bench, server_class):
    with Postgres() as database, server_class(bench, bench.data("postgres"), *flags(database)) as server:
        keys = keys_for_users(bench, server)
        database.rows("CREATE SEQUENCE bench_ids")
        script = os.path.join(bench.folder, "transaction.sql")
        with open(script, "w") as out:
            out.write(TRANSACTION)
        bench.report.part("postgres", f"{bench.shown('load')} run PORT --connections {CLIENTS}, {ROUNDS} times by turns"
                                      f" with pgbench -M prepared -c {SESSIONS}; botd --database-connections {SESSIONS}")
        ours, theirs = [], []
        for turn in range(ROUNDS + 1):
            one, other = creations(bench, [server], keys, turn), pgbench(database, script)
            if turn > 0:  # the first warms up
                ours.append(one)
                theirs.append(other)
    ratio = statistics.median(ours) / statistics.median(theirs)
    bench.report.number("POST /bots on PostgreSQL", f"{statistics.median(ours):.0f}/s",
                        f"{ratio:.2f}x pgbench's {statistics.median(theirs):.0f} lock-count-insert transactions/s",
                        "0.6x", ratio >= 0.6)


def replicas(bench, server_class):
    with Postgres() as database, server_class(bench, bench.data("one"), *flags(database)) as one, \
            server_class(bench, bench.data("two"), *flags(database)) as two:
        keys = keys_for_users(bench, one)
        bench.report.part("replicas", f"{bench.shown('load')} run PORT --connections {CLIENTS}, {ROUNDS} times by turns"
                                      " with two at once, half as many connections each, against two servers")
        alone, shared = [], []
        for turn in range(ROUNDS + 1):
            single, both = (creations(bench, servers, keys, f"{turn}-{len(servers)}") for servers in ([one], [one, two]))
            if turn > 0:
                alone.append(single)
                shared.append(both)
    ratio = statistics.median(shared) / statistics.median(alone)
    bench.report.number("POST /bots, two servers", f"{statistics.median(shared):.0f}/s",
                        f"{ratio:.2f}x one server's {statistics.median(alone):.0f}/s", "0.85x", ratio >= 0.85)
