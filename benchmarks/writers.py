"""Eight processes append different rows to one table on one branch of one server.

Beside ours, by hand: the fewest statements that do it (`INSERT`, `DOLT_ADD`, `DOLT_COMMIT` in a transaction, tried
again after a lost race) on a connection that stays open, the same on a connection for each commit as `write_table` has
it, and the very statements that ours sends, recorded and sent again, on a connection that stays open.

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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pymysql
from pymysql.constants import COMMAND

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine.wire.session import Session
from dolt_integrations.errors import DoltError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WRITERS = 8
COMMITS = 50


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
    """Run both, and print the results."""
    wait_for(url)
    speeds = {}
    for name, way in WAYS.items():
        table = way.__name__
        write_table(url, table, frame(-1, 0), primary_key="id")
        speeds[name] = race(way, url, table)
        lost = WRITERS * (COMMITS + 1) + 1 - len(read_table(url, table).data)
        share = f"ours has {speeds[OURS] / speeds[name]:.0%}" if name != OURS else ""
        print(f"  {name:42} {speeds[name]:6.0f} commits a second, {lost} of {WRITERS * (COMMITS + 1)} lost   {share}")
    print("  90% of the same statements by hand are asked for")


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
    begin, end = context.Barrier(WRITERS + 1), context.Barrier(WRITERS + 1)
    arguments = [(way, begin, end, url, table, number) for number in range(WRITERS)]
    writers = [context.Process(target=run, args=each) for each in arguments]
    for writer in writers:
        writer.start()
    begin.wait()
    start = time.perf_counter()
    end.wait()
    seconds = time.perf_counter() - start
    for writer in writers:
        writer.join()
    return WRITERS * COMMITS / seconds


def run(way: Any, begin: Any, end: Any, url: str, table: str, writer: int) -> None:
    """Write one row to get ready, and the others when all are ready; start and end of the process do not count."""
    commits = way(url, table, writer)
    next(commits)
    begin.wait()
    assert sum(1 for _ in commits) == COMMITS
    end.wait()


def frame(writer: int, number: int) -> pd.DataFrame:
    """Return the row of a writer's commit."""
    return pd.DataFrame({"id": [key(writer, number)], "value": [float(number)]})


def key(writer: int, number: int) -> int:
    """Return the key of a writer's commit."""
    return writer * (COMMITS + 1) + number


def ours(url: str, table: str, writer: int) -> Iterator[None]:
    """Append with this library."""
    for number in range(COMMITS + 1):
        write_table(url, table, frame(writer, number), mode="append")
        yield


def fewest(url: str, table: str, writer: int) -> Iterator[None]:
    """Append with as few statements as possible, on one connection."""
    with connect(url) as cursor:
        for number in range(COMMITS + 1):
            commit(cursor, table, writer, number)
            yield


def connecting(url: str, table: str, writer: int) -> Iterator[None]:
    """Append with as few statements as possible, on a new connection for each commit."""
    for number in range(COMMITS + 1):
        with connect(url) as cursor:
            commit(cursor, table, writer, number)
        yield


def same(url: str, table: str, writer: int) -> Iterator[None]:
    """Append by the statements that ours sends for its second row, as they are, on one connection."""
    write_table(url, table, frame(writer, 0), mode="append")
    yield
    made, commands = recorded(lambda: write_table(url, table, frame(writer, 1), mode="append").commit)
    yield
    with connect(url) as cursor:
        for number in range(2, COMMITS + 1):
            send(
                cursor.connection, commands, made, f"({key(writer, 1)},'1.0')", f"({key(writer, number)},'{number}.0')"
            )
            yield


def recorded(work: Callable[[], str]) -> tuple[str, list[tuple[int, str]]]:
    """Return what some work returns, and the commands of the protocol that it sends."""
    commands: list[tuple[int, str]] = []
    execute = Session._execute_command

    def record(session: Session, command: int, sql: Any) -> None:
        commands.append((command, sql.decode() if isinstance(sql, (bytes, bytearray)) else sql))
        execute(session, command, sql)

    Session._execute_command = record
    try:
        return work(), commands
    finally:
        Session._execute_command = execute


def send(session: Any, commands: Sequence[tuple[int, str]], made: str, row: str, other: str) -> None:
    """Send recorded commands with another row, and with the commit that is made now instead of the recorded one."""
    now = made
    for command, sql in commands:
        session._execute_command(command, sql.replace(made, now).replace(row, other))
        if command != COMMAND.COM_QUERY:
            session._read_ok_packet()
            continue
        session._read_query_result()
        if sql.startswith("CALL DOLT_COMMIT"):
            now = session._result.rows[0][0]


@contextmanager
def connect(url: str) -> Iterator[Any]:
    """Yield a cursor on a new connection."""
    parts = urllib.parse.urlsplit(url)
    with (
        pymysql.connect(
            host=parts.hostname, port=parts.port or 0, user="root", database="shop", autocommit=True, ssl_disabled=True
        ) as session,
        session.cursor() as cursor,
    ):
        yield cursor


def ask(cursor: Any, statement: str) -> Any:
    """Run a statement and return its rows."""
    cursor.execute(statement)
    return cursor.fetchall()


def commit(cursor: Any, table: str, writer: int, number: int) -> None:
    """Insert a row and commit, until the race is not lost."""
    row = f"INSERT INTO {table} (id, value) VALUES ({key(writer, number)}, '{float(number)}')"
    while True:
        try:
            for statement in ("START TRANSACTION", row, f"CALL DOLT_ADD('--', '{table}')"):
                ask(cursor, statement)
            ask(cursor, f"CALL DOLT_COMMIT('-m', 'row {number}')")
            return
        except pymysql.MySQLError:
            ask(cursor, "ROLLBACK")


OURS = "ours"
WAYS = {
    OURS: ours,
    "the same statements by hand": same,
    "the fewest by hand, connecting each time": connecting,
    "the fewest by hand, on an open connection": fewest,
}


if __name__ == "__main__":
    main()
