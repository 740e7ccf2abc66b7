"""The log line and the trace of each save and load."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator
from typing import Any

import pandas as pd
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dolt_integrations.core import Repository, Transaction, read_batches, read_table, write_table
from dolt_integrations.core.observed import Observation, observed_batches
from dolt_integrations.errors import DataError, ServerLostError, TableNotFoundError

FRAME = pd.DataFrame({"id": [1, 2]})


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """Return a function for the log lines so far, without durations."""
    caplog.set_level(logging.INFO, logger="dolt_integrations.core.observed")

    def said() -> list[str]:
        found = [each.getMessage() for each in caplog.records if each.name == "dolt_integrations.core.observed"]
        assert all(each.levelno == logging.INFO for each in caplog.records)
        return [re.sub(r"\d+\.\d{3} s", "... s", each) for each in found]

    return said


@pytest.mark.usefixtures("any_cache")
def test_each_save_and_load_is_one_line(database: str, lines: Any) -> None:
    made = write_table(database, "users", FRAME, primary_key="id").commit
    write_table(database, "users", FRAME)
    read_table(database, "users")
    read_table(database, "users", as_of=made, where="id > 1")
    read_table(database, sql="select 1 as one")

    at = f"of {database} at commit {made}"
    assert lines() == [
        f"saved table users on main {at}: 2 rows in ... s",
        f"saved table users on main {at}: 2 rows in ... s, no change",
        f"loaded table users on main {at}: 2 rows in ... s, from the cache",
        f"loaded table users {at}: 1 rows in ... s",
        f"loaded the result of a query on main {at}: 1 rows in ... s",
    ]


def test_a_block_is_one_line_and_so_are_batches_read_to_the_end_or_not(database: str, lines: Any) -> None:
    with Transaction(database) as work:
        work.write("users", FRAME, primary_key="id")
        work.write("days", FRAME)
    with pytest.raises(ZeroDivisionError), Transaction(database) as work:
        work.write("users", FRAME.assign(id=1 // 0))
    assert len(list(read_batches(database, "users", 1))) == 2
    batches = read_batches(database, "users", 1)
    next(batches)
    read_table(database, sql="select 1 as one")
    del batches

    assert work.version is None
    branch = f"on main of {database} at commit {Repository(database).version().commit}"
    assert lines() == [
        f"saved tables days, users {branch}: ... s",
        f"loaded table users {branch}: 2 rows in ... s",
        f"loaded the result of a query {branch}: 1 rows in ... s",
        f"loaded table users {branch}: 1 rows in ... s, and no more was asked for",
    ]


def test_batches_that_fail_have_no_line(lines: Any) -> None:
    def broken() -> Generator[pd.DataFrame, None, None]:
        yield FRAME
        raise ServerLostError("the server is gone")

    with pytest.raises(ServerLostError):
        list(observed_batches(broken(), "shop", Observation()))

    assert lines() == []


def test_a_save_that_fails_has_no_line_and_nothing_is_printed(
    database: str, lines: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    write_table(database, "t", iter([FRAME]), primary_key="id")
    with pytest.raises(DataError):
        write_table(database, "t", pd.DataFrame({"id": [object()]}))

    assert len(lines()) == 1
    assert capfd.readouterr() == ("", "")


def test_a_program_that_traces_gets_a_span_for_each(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)  # the global provider can be set once only

    made = write_table(database, "t", FRAME, primary_key="id").commit
    with pytest.raises(TableNotFoundError):
        read_table(database, "other")

    save, load = exporter.get_finished_spans()
    assert (save.name, dict(save.attributes or {})) == (
        "dolt.save",
        {
            "db.system": "dolt", "db.name": database, "db.collection.name": "t",
            "dolt.branch": "main", "dolt.commit": made, "dolt.rows": 2, "dolt.changed": True,
        },
    )  # fmt: skip
    assert (load.name, load.status.is_ok, load.events[0].name) == ("dolt.load", False, "exception")
