"""A private PostgreSQL and a private Redis, on free loopback ports with temporary data."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{os.path.basename(sys.argv[0])}: {what} in {seconds} s")
        time.sleep(0.05)


def quietly(*words):
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Engine:
    """A server process that keeps its data over stop and start; all of it goes at the end of a with block."""

    def __init__(self, name):
        self.path = tempfile.mkdtemp(prefix=f"botd-{name}-")
        self.port = free_port()
        self.process = None

    def start(self):
        with open(self.path + "-log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")
        until(self.answers, f"{type(self).__name__} did not answer")

    def stop(self, how):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def __enter__(self):
        try:
            self.make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop(self.usual_end)
        shutil.rmtree(self.path, ignore_errors=True)
        if os.path.exists(self.path + "-log"):
            os.remove(self.path + "-log")


class Postgres(Engine):
    usual_end = signal.SIGINT  # does not wait for its clients
    crash = signal.SIGQUIT  # recovers at the next start

    def __init__(self):
        super().__init__("postgres")
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        if not found:
            sys.exit("no PostgreSQL under /usr/lib/postgresql; install the package postgresql")
        self.binaries = found[0]
        # The server refuses to run as root.
        self.as_user = []
        if os.geteuid() == 0:
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]

    def make(self):
        if self.as_user:
            shutil.chown(self.path, "postgres", "postgres")
        made = subprocess.run([*self.as_user, self.binaries / "initdb", "-D", self.path + "/data", "-A", "trust",
                               "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"],
                              capture_output=True, text=True, cwd="/")
        if made.returncode:
            sys.exit(f"initdb failed: {made.stderr}")

    def command(self):
        return [*self.as_user, self.binaries / "postgres", "-D", self.path + "/data", "-p", str(self.port),
                "-h", "127.0.0.1", "-k", self.path, "-c", "max_connections=300"]

    def answers(self):
        return quietly(self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))

    def rows(self, statement):
        """What a statement selects, as lists of texts; None while the server is away."""
        told = subprocess.run([self.binaries / "psql", "-X", "-A", "-t", "-F", "\t", "-c", statement, self.url],
                              capture_output=True, text=True)
        if told.returncode:
            return None
        return [line.split("\t") for line in told.stdout.splitlines()]


class Redis(Engine):
    usual_end = signal.SIGTERM
    crash = signal.SIGKILL

    def __init__(self, *settings):
        """What is given goes before what is usual: Redis("--appendonly", "yes")."""
        super().__init__("redis")
        self.settings = settings
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def make(self):
        if not shutil.which("redis-server"):
            sys.exit("no redis-server; install the package redis-server")

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.path, "--save", "",
                "--appendonly", "no", *self.settings]

    def answers(self):
        return quietly("redis-cli", "-p", str(self.port), "ping")

    def flush(self):
        return quietly("redis-cli", "-p", str(self.port), "flushall")

    def ask(self, commands):
        """The replies to commands without blanks in their words, line by line: an empty one for nil and an empty list."""
        return subprocess.run(["redis-cli", "-p", str(self.port)], input="\n".join(commands) + "\n", capture_output=True,
                              text=True, check=True).stdout.splitlines()
