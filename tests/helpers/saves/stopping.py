"""Saves, loads and waits in processes that get a signal at some time: how long they live on, and what they leave."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from dolt_integrations.core import MergeBranch, NewBranch, Remote, Transaction, read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.engine.session.pool import POOL

ROWS = int(os.environ.get("STOP_ROWS", "30000"))


def frame(word="s", rows=ROWS):
    numbers = np.arange(rows)
    return pd.DataFrame({"id": numbers, "text": np.char.add(word * 30, numbers.astype(str))})


def save(db):
    write_table(db, "t", frame("new"), primary_key="id")


def first_save(db):
    write_table(f"{db}-first", "t", frame("new"), primary_key="id")


def wider(db):
    write_table(db, "t", frame("new").assign(more=1), primary_key="id")


def append(db):
    write_table(db, "t", frame("new").assign(id=lambda f: f["id"] + ROWS), mode="append")


def stream(db):
    write_table(db, "t", iter([frame("one", ROWS // 2), frame("two", ROWS // 2).assign(id=lambda f: f["id"] + ROWS)]))


def lazy(db):
    import polars as pl

    write_table(db, "t", pl.LazyFrame({"id": range(ROWS)}).with_columns(text=pl.col("id").cast(pl.String)))


def new_branch(db):
    write_table(db, "t", frame("new"), branch_conf=NewBranch("run/1"))


def merge(db):
    write_table(db, "t", frame("new"), branch_conf=MergeBranch("main", "main"))


def transaction(db):
    with Transaction(db) as block:
        block.write("t", frame("new"))
        block.write("u", frame("new"))


def read(db):
    read_table(db, "t", columns=["id", "text"], where="id >= 0")


def clone(db):
    read_table(f"{db}-clone", "t", remote_conf=Remote(url=f"file://{db}-remote"))


def push(db):
    write_table(db, "t", frame("new"), remote_conf=Remote(url=f"file://{db}-remote"))


def wait_for_a_lock(db):
    with open_database(db) as database, database.connect() as one, database.connect() as two, one.lock("a", "b"):
        with two.lock("a", "b"):
            pass


def wait_for_a_server(db):
    with open_database(f"{db}-held", timeout=60):
        pass


WAYS = {
    each.__name__: each
    for each in (
        save, first_save, wider, append, stream, lazy, new_branch, merge, transaction, read, clone, push,
        wait_for_a_lock, wait_for_a_server,
    )
}  # fmt: skip


def attempt(way, db, temporary, delay, number):
    """Run an attempt in its own process, and signal it after a delay. Returns how it ended, and after how long."""
    ready, begun = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        os.close(ready)
        os.environ["TMPDIR"], tempfile.tempdir = temporary, None
        os.environ["XDG_CACHE_HOME"] = f"{temporary}/cache"
        work(way, db, begun)
    os.close(begun)
    os.read(ready, 1)
    os.close(ready)
    time.sleep(delay)
    sent = time.time()
    os.killpg(child, number)
    status = waited(child)
    said = Path(f"{temporary}.out").read_text()
    left = [float(line.split()[1]) - sent for line in said.splitlines() if line.startswith("left ")]
    return {"status": status, "seconds": left[0] if left else None, "said": said[-3000:]}


def work(way, db, begun):
    """Do it and end as Python does, by the default handler of Ctrl-C. Print when the library has been left."""
    out = os.open(f"{os.environ['TMPDIR']}.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.write(begun, b".")
    try:
        WAYS[way](db)
        os.write(1, b"done\n")
    finally:
        POOL.empty()
        os.write(1, f"left {time.time()}\n".encode())
    sys.exit(0)


def waited(child, most=60.0):
    """Wait for a process, and kill it if it does not end. Returns its status, or None if it was killed."""
    start = time.monotonic()
    while time.monotonic() - start < most:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def serve():
    """Run an attempt for each line of the input."""
    import json

    for line in sys.stdin:
        sys.stdout.write(json.dumps(attempt(*json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
