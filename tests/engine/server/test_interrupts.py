"""Ctrl-C while rows are converted to text for the server."""

import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict

import pyarrow as pa
import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.server.interrupts import beside_signals
from dolt_integrations.engine.tables import bulk
from dolt_integrations.limits import limits


@pytest.fixture
def ctrl_c():
    """Restore Python's handler of Ctrl-C, because flytekit installs one that ends the process."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_does_not_reach_the_work_but_its_caller():
    ended = threading.Event()

    def work():
        os.kill(os.getpid(), signal.SIGINT)
        for number in range(1000):  # Python would raise KeyboardInterrupt here
            str(number)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        beside_signals(work)
    assert ended.wait(5)


def test_an_error_of_the_work_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        beside_signals(lambda: 1 / 0)


@pytest.mark.parametrize("loads_files", [True, False])
def test_polars_converts_rows_where_ctrl_c_is_not_taken_for_a_wrong_type(repository, loads_files):
    count = limits().insert_rows + 1
    rows = pa.table({"id": range(count), "text": ["text"] * count, "ratio": [0.5] * count})
    calls = defaultdict(set)

    def record(frame, event, _):
        if event == "call" and "/polars/" in frame.f_code.co_filename:
            calls[threading.current_thread() is threading.main_thread()].add(frame.f_code.co_name)

    with open_database(repository.path) as database, database.connect() as connection:
        connection.execute("CREATE TABLE t (id BIGINT, text LONGTEXT, ratio DOUBLE)")
        connection.loads_files = loads_files
        threading.setprofile(record)
        sys.setprofile(record)
        try:
            bulk.insert_table(connection, "t", rows)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

        assert connection.value("SELECT count(*) FROM t") == count
    conversions = {"from_arrow", "select", "cast"}
    assert conversions <= calls[False]
    assert not conversions & calls[True]


@pytest.mark.parametrize(
    "uses",
    [
        "from dolt_integrations.engine.tables import texts",
        "open_database('db').__enter__()",
        "opening = threading.Thread(target=open_database('db').__enter__); opening.start(); opening.join()",
    ],
)
def test_ctrl_c_interrupts_a_wait_for_a_server_though_polars_is_imported(uses, repository):
    script = f"""
import os, signal, threading
import polars
from dolt_integrations.engine import open_database
{uses.replace("db", str(repository.path))}
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
os.read(os.pipe()[0], 1)  # polars would tell the kernel to restart the call
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)

    assert "KeyboardInterrupt" in done.stderr
