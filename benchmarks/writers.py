"""Eight processes that add rows of their own to one table on one branch of one server.

Beside ours, the fewest statements that do it by hand on a connection that stays open: `INSERT`, `DOLT_ADD`,
`DOLT_COMMIT` in a transaction, tried again after a lost race.

python benchmarks/writers.py
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import Any

import pandas as pd
import pymysql

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DoltError

WRITERS = 8
COMMITS = 25


def main() -> None:
    """Print commits a second, and how many rows were lost."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "shop"
        directory.mkdir()
        subprocess.run(["dolt", "init", "--name", "a", "--email", "a@localhost"], cwd=directory, check=True, stdout=-3)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            ["dolt", "sql-server", "--host", "127.0.0.1", "--port", str(port), "--loglevel", "error"],
            cwd=directory, stdout=-3, stderr=-3, env={**os.environ, "DOLT_ROOT_HOST": "127.0.0.1"},
        )  # fmt: skip
        try:
            measure(f"mysql://root@127.0.0.1:{port}/shop")
        finally:
            server.terminate()
            server.wait()


def measure(url: str) -> None:
    """Run both ways, and print."""
    wait_for(url)
    speeds = {}
    for name, way in (("by hand", by_hand), ("ours", ours)):
        table = name.replace(" ", "_")
        write_table(url, table, frame(-1, 0), primary_key="id")
        speeds[name] = race(way, url, table)
        lost = WRITERS * COMMITS + 1 - len(read_table(url, table).data)
        print(f"  {name:10} {speeds[name]:6.0f} commits a second, {lost} of {WRITERS * COMMITS} lost")
    print(f"  ours has {speeds['ours'] / speeds['by hand']:.0%} of the commits by hand (at least 80%)")


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    print(f"{WRITERS} processes, {COMMITS} commits each, rows of their own in one table on one branch of one server")
    for _ in range(400):
        try:
            read_table(url, sql="SELECT 1")
            return
        except DoltError:
            time.sleep(0.05)
    sys.exit("the server does not answer")


def race(way: Any, url: str, table: str) -> float:
    """Start all writers at once; return commits a second."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(WRITERS + 1)
    writers = [context.Process(target=way, args=(barrier, url, table, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    barrier.wait()
    start = time.perf_counter()
    for writer in writers:
        writer.join()
    return WRITERS * COMMITS / (time.perf_counter() - start)


def frame(writer: int, number: int) -> pd.DataFrame:
    """Return the row of a writer's commit."""
    return pd.DataFrame({"id": [writer * COMMITS + number], "value": [float(number)]})


def ours(barrier: Any, url: str, table: str, writer: int) -> None:
    """Append by this library."""
    barrier.wait()
    for number in range(COMMITS):
        write_table(url, table, frame(writer, number), mode="append")


def by_hand(barrier: Any, url: str, table: str, writer: int) -> None:
    """Append by statements."""
    parts = urllib.parse.urlsplit(url)
    session = pymysql.connect(
        host=parts.hostname or "", port=parts.port or 0, user="root", database="shop", autocommit=True
    )
    barrier.wait()
    with session.cursor() as cursor:
        for number in range(COMMITS):
            while not commit(cursor, table, writer * COMMITS + number, number):
                pass


def commit(cursor: Any, table: str, key: int, value: int) -> bool:
    """Insert a row and commit; whether that was no lost race."""
    try:
        cursor.execute("START TRANSACTION")
        cursor.execute(f"INSERT INTO {table} VALUES (%s, %s)", (key, float(value)))
        cursor.execute("CALL DOLT_ADD('--', %s)", (table,))
        cursor.execute("CALL DOLT_COMMIT('-m', %s)", (f"row {key}",))
    except pymysql.MySQLError:
        cursor.execute("ROLLBACK")
        return False
    return True


if __name__ == "__main__":
    main()
