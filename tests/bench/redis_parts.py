"""The measurements that stand on Redis: how soon a command reaches a bot, and a change of state its subscribers."""
import http.client
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from engines import Postgres, Redis

COMMANDS = 400
SUBSCRIBERS, ROUNDS = 10_000, 5


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, math.ceil(len(values) * part) - 1)]


def milliseconds_between(begin, end):
    """Of two times of our wire."""
    parse = lambda text: (time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1000 + int(text[20:23]))
    return parse(end) - parse(begin)


class Channel:
    """Hears what is published to one session, on a thread of its own, and when."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(b"PSUBSCRIBE bot_commands:*\r\n")
        self.file = self.socket.makefile("rb")
        self.item()
        self.heard = threading.Semaphore(0)
        self.at = 0.0
        threading.Thread(target=self.listen, daemon=True).start()

    def item(self):
        line = self.file.readline()
        if line[:1] == b"*":
            return [self.item() for _ in range(int(line[1:]))]
        if line[:1] == b"$":
            return self.file.read(int(line[1:]) + 2)[:-2]
        if not line:
            raise EOFError
        return line[1:].strip()

    def listen(self):
        try:
            while True:
                self.item()
                self.at = time.monotonic()
                self.heard.release()
        except (EOFError, OSError, ValueError):
            pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)


def commands(bench, server_class):
    with Postgres() as database, Redis() as redis, server_class(
            bench, bench.data("commands"), "--bot-join-delay", "10ms", "--bot-segment-interval", "1h",
            "--database-url", database.url, "--redis-url", redis.url, runtime="process") as server:
        bench.report.part("commands", f"PUT /bots/…/config {COMMANDS} times, one after the other, PostgreSQL and Redis;"
                                      " PSUBSCRIBE bot_commands:*")
        _, key = server.new_user()
        place = "/bots/google_meet/abc-defg-hij"
        server.ask("POST", "/bots", {"platform": "google_meet", "native_meeting_id": "abc-defg-hij"}, key)
        deadline = time.monotonic() + 20
        while server.ask_json("GET", "/meetings", key=key)["meetings"][0]["status"] != "active":
            if time.monotonic() > deadline:
                raise RuntimeError("the bot did not become active")
            time.sleep(0.02)
        channel = Channel(redis.port)
        connection = http.client.HTTPConnection("127.0.0.1", int(server.port))
        header = {"X-API-Key": key, "Content-Type": "application/json"}
        published = []
        for number in range(COMMANDS):
            sent = time.monotonic()
            connection.request("PUT", place + "/config", json.dumps({"language": ("en", "de")[number % 2]}), header)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 202 or not channel.heard.acquire(timeout=10):
                raise RuntimeError(f"command {number} was answered {answer.status} and not published")
            published.append((channel.at - sent) * 1000)
        channel.close()
        rows = server.ask_json("GET", place + "/commands", key=key)["commands"]
        received = [milliseconds_between(one["created_at"], one["delivered_at"]) for one in rows if one["delivered_at"]]
    p99 = quantile(published, 0.99)
    bench.report.number("PUT …/config to bot_commands:{session_uid}", f"p99 {p99:.1f} ms",
                        f"{p99 / 20:.2f}x of the limit, p50 {statistics.median(published):.1f} ms, most"
                        f" {max(published):.1f} ms", "under 20 ms", p99 < 20)
    p99 = quantile(received, 0.99)
    bench.report.number("from the command's row to the bot", f"p99 {p99:.0f} ms",
                        f"{p99 / 20:.2f}x of the limit, p50 {statistics.median(received):.0f} ms, {len(received)} of"
                        f" {COMMANDS} delivered", "under 20 ms", p99 < 20 and len(received) == COMMANDS)


def subscribers(bench, server_class, resident_kib, cpu_seconds):
    with Redis() as redis, server_class(bench, bench.data("subscribers"), "--bot-start-delay", "0ms",
                                        "--bot-join-delay", "10ms", "--bot-leave-delay", "2s",
                                        "--bot-segment-interval", "1h", "--redis-url", redis.url) as server:
        bench.report.part("subscribers", f"{bench.shown('subscribers')} PORT KEY abc-defg-hij --connections {SUBSCRIBERS};"
                                         f" then {ROUNDS} bots that are stopped")
        _, key = server.new_user()
        key_file = os.path.join(bench.folder, "subscribers.key")
        with open(key_file, "w") as out:
            out.write(key + "\n")
        state = lambda: server.ask_json("GET", "/meetings", key=key)["meetings"][0]["status"]

        def start_bot():
            server.ask("POST", "/bots", {"platform": "google_meet", "native_meeting_id": "abc-defg-hij"}, key)
            wait_for("active")

        def wait_for(wanted):
            deadline = time.monotonic() + 30
            while state() != wanted:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"no bot became {wanted}")
                time.sleep(0.05)

        start_bot()
        before = resident_kib(server.process.pid)
        clients = subprocess.Popen([bench.program("subscribers"), server.port, key_file, "abc-defg-hij", "--connections",
                                    str(SUBSCRIBERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not clients.stdout.readline():
            raise RuntimeError("the subscribers did not come up")
        each = (resident_kib(server.process.pid) - before) / SUBSCRIBERS
        told = []
        for number in range(ROUNDS):
            if number > 0:
                start_bot()
            spent = cpu_seconds(server.process.pid)
            clients.stdin.write("DELETE /bots/google_meet/abc-defg-hij stopping\n")
            clients.stdin.flush()
            told.append(json.loads(clients.stdout.readline()))
            told[-1]["cpu_us"] = (cpu_seconds(server.process.pid) - spent) * 1e6 / SUBSCRIBERS
            wait_for("completed")
        after = (resident_kib(server.process.pid) - before) / SUBSCRIBERS
        clients.stdin.close()
        clients.wait()
    p99 = statistics.median(one["p99_us"] for one in told) / 1000
    worst = max(one["max_us"] for one in told) / 1000
    bench.report.number(f"a change of state to {SUBSCRIBERS} subscribers", f"p99 {p99:.0f} ms",
                        f"{p99 / 250:.2f}x of the limit, p50"
                        f" {statistics.median(one['p50_us'] for one in told) / 1000:.0f} ms, first"
                        f" {statistics.median(one['first_us'] for one in told) / 1000:.0f} ms, most {worst:.0f} ms",
                        "under 250 ms", p99 < 250)
    bench.report.note(f"memory of the server a subscriber: {each:.1f} KiB, {after:.1f} KiB after {ROUNDS} rounds; its CPU"
                      f" a frame: {statistics.median(one['cpu_us'] for one in told):.0f} us")
