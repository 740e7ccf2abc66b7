"""Progress of long work: in the log, and on a terminal."""

import io
import logging
import sys

import pandas as pd
import pytest

from dolt_integrations.core import read_batches, write_table
from dolt_integrations.core.progress import counted


def numbers(start, stop):
    return pd.DataFrame({"n": range(start, stop)})


class Terminal(io.StringIO):
    def isatty(self):
        return True


def said(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "dolt_integrations.core.progress"]


@pytest.fixture(autouse=True)
def info(caplog):
    caplog.set_level(logging.INFO)


def test_each_batch_that_is_written_is_logged(database, caplog):
    write_table(database, "t", iter([numbers(0, 3), numbers(3, 5)]), primary_key="n")

    assert said(caplog) == ["write t: 3 rows so far", "write t: 5 rows so far"]


def test_each_batch_that_is_read_is_logged(database, caplog):
    write_table(database, "t", numbers(0, 5), primary_key="n")

    list(read_batches(database, "t", 3))

    assert said(caplog) == ["read t: 3 rows so far", "read t: 5 rows so far"]


class Batch:
    num_rows = 3


def test_nothing_is_printed(capfd):
    list(counted([Batch()], "write t"))

    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_a_bar(monkeypatch):
    pytest.importorskip("tqdm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    list(counted([Batch(), Batch()], "write t"))

    assert "write t" in terminal.getvalue()
    assert "6.00" in terminal.getvalue()


def test_without_tqdm_a_terminal_shows_nothing(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setitem(sys.modules, "tqdm", None)

    assert len(list(counted([Batch(), Batch()], "write t"))) == 2
    assert terminal.getvalue() == ""


class Mute:
    """The stderr of some daemons: an object that has nothing but `write`."""

    def write(self, text):
        return len(text)


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, Mute(), closed()])
def test_work_goes_on_where_stderr_is_none(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)

    assert len(list(counted([Batch()], "write t"))) == 1


def test_an_error_closes_the_bar(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", Terminal())

    def failing():
        yield Batch()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(counted(failing(), "write t"))

    from tqdm import tqdm

    assert not list(getattr(tqdm, "_instances", []))


@pytest.mark.parametrize("where", ["database", "loading_database"])
def test_a_large_save_shows_a_bar_of_its_rows(where, request, monkeypatch, set_limits):
    pytest.importorskip("tqdm")
    set_limits(insert_rows=0, progress_seconds=0)
    url, terminal = request.getfixturevalue(where), Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    write_table(url, "t", numbers(0, 1200), primary_key="n")

    assert "write t" in terminal.getvalue()
    assert "1.20k/1.20k" in terminal.getvalue()


def test_a_save_that_has_ended_within_a_second_shows_no_bar(loading_database, monkeypatch, set_limits):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    set_limits(progress_seconds=3600)

    write_table(loading_database, "t", numbers(0, 1200), primary_key="n")

    assert terminal.getvalue().strip() == ""


def test_a_notebook_shows_bars_too(monkeypatch):
    pytest.importorskip("tqdm")
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)

    list(counted([Batch()], "write t"))

    assert "write t" in errors.getvalue()
