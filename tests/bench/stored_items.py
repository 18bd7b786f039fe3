"""Databases with as many finished items as are wanted, which are put there by SQL alone."""
import os
import shutil
import sqlite3
import subprocess


class SqliteFiles:
    name = "SQLite"

    def __init__(self, bench):
        self.folder = bench.data("stored")

    def empty(self, name):
        return os.path.join(self.folder, name)

    def multiply(self, name, count):
        """The one item that is finished, so many times more."""
        database = sqlite3.connect(self.empty(name), isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")
        columns = [row[1] for row in database.execute("PRAGMA table_info(queue_items)") if row[1] != "id"]
        database.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
            f" INSERT INTO queue_items ({', '.join(columns)}) SELECT {copied(columns)} FROM numbers, queue_items"
            " WHERE status = 'done'")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        self.sync(name)

    def sync(self, name):
        """So that no sync that is measured has to write what was put there."""
        with open(self.empty(name), "rb") as file:
            os.fsync(file)

    def copy(self, name, to):
        shutil.copyfile(self.empty(name), self.empty(to))
        self.sync(to)
        return self.empty(to)


class PostgresDatabases:
    name = "PostgreSQL"

    def __init__(self, server):
        self.server = server
        self.url = lambda name: server.url.rpartition("/")[0] + "/" + name

    def run(self, statement, name="postgres"):
        return subprocess.run([self.server.binaries / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c",
                               statement, self.url(name)], check=True, stdout=subprocess.PIPE, text=True).stdout

    def empty(self, name):
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def multiply(self, name, count):
        columns = self.run("SELECT column_name FROM information_schema.columns WHERE table_name = 'queue_items'"
                           " AND column_name <> 'id'", name).split()
        self.run(f"INSERT INTO queue_items ({', '.join(columns)}) SELECT {copied(columns)}"
                 f" FROM generate_series(1, {count}) AS numbers(n), queue_items WHERE status = 'done'", name)
        self.run("VACUUM ANALYZE queue_items", name)
        self.run("CHECKPOINT", name)

    def copy(self, name, to):
        self.run(f"CREATE DATABASE {to} TEMPLATE {name}")
        return self.url(to)


def copied(columns):
    """They were finished one after the other."""
    return ", ".join("finished_at - n" if column == "finished_at" else "queue_items." + column for column in columns)
