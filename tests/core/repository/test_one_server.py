"""A save or a load on a directory starts one private server, whatever else it records, reads or writes there."""

import contextlib
import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations.core import DoltMeta, Transaction, load, read_arrow, read_batches, read_table, save, write_table
from dolt_integrations.engine.server.private import PrivateServer
from dolt_integrations.engine.server.running import running_server
from dolt_integrations.engine.server.shared import one_server
from tests.conftest import eventually

FRAME = pd.DataFrame({"id": [1, 2], "name": ["a", "b"]})


def metas(place):
    return [DoltMeta(place, "actions"), DoltMeta(place, "others")]


def in_transaction(place):
    with Transaction(place, "main", meta_conf=metas(place)) as work:
        work.write("t", FRAME.assign(name="x"))


def save_file(place):
    FRAME.to_csv(place + ".csv", index=False)
    save(place, "t", place + ".csv", meta_conf=metas(place))


WORK = {
    "a save": lambda place: write_table(place, "t", FRAME.assign(name="x"), meta_conf=metas(place)),
    "a stream": lambda place: write_table(place, "t", iter([FRAME.assign(name="x")]), meta_conf=metas(place)),
    "a load": lambda place: read_table(place, "t", meta_conf=metas(place)),
    "a query": lambda place: read_arrow(place, sql="select * from t", meta_conf=metas(place)),
    "batches": lambda place: list(read_batches(place, "t", meta_conf=metas(place))),
    "a transaction": in_transaction,
    "a file that is saved": save_file,
    "a file that is loaded": lambda place: load(place, place + ".parquet", "t", meta_conf=metas(place)),
    "a table from a table": lambda place: write_table(place, "other", read_batches(place, "t")),
}


@pytest.fixture
def place(tmp_path):
    write_table(tmp_path / "shop", "t", FRAME, primary_key="id")
    return str(tmp_path / "shop")


@pytest.fixture
def starts(monkeypatch):
    """The directories of all servers that are started."""
    started = []
    real = PrivateServer._launch

    def launch(server):
        found = real(server)
        if found is not None:  # another program may have taken its port
            started.append(server.directory.name)
        return found

    monkeypatch.setattr(PrivateServer, "_launch", launch)
    return started


@pytest.mark.parametrize("what", WORK)
def test_it_starts_one_server(place, starts, what):
    WORK[what](place)

    assert starts == ["shop"]
    assert running_server(Path(place)) is None


def test_metadata_elsewhere_starts_one_server_more(place, tmp_path, starts):
    write_table(place, "t", FRAME.assign(name="x"), meta_conf=metas(str(tmp_path / "told")))

    assert starts == ["shop", "told"]


def test_a_block_that_raises_leaves_no_server(place):
    with contextlib.suppress(ZeroDivisionError), one_server():
        read_table(place, "t")
        assert running_server(Path(place)) is not None
        raise ZeroDivisionError

    assert running_server(Path(place)) is None


def test_a_kept_server_that_was_killed_is_started_again(place, starts):
    with one_server():
        read_table(place, "t")
        os.kill(running_server(Path(place)).pid, signal.SIGKILL)
        eventually(lambda: running_server(Path(place)) is None)

        assert read_table(place, "t").data["id"].tolist() == [1, 2]

    assert starts == ["shop", "shop"]
