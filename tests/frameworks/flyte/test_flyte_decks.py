"""What Flyte Decks and notebooks show of tables, and that they fail no task."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from flytekit import task, workflow

from dolt_integrations.core import Repository as Handle
from dolt_integrations.core import write_table
from dolt_integrations.errors import UnsupportedValueError
from dolt_integrations.flyte import card as flyte_card
from dolt_integrations.flyte.saving import save
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository, free_port
from tests.helpers.frameworks.flyte_tables import config, numbers, query


@pytest.fixture
def decks(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Let flytekit log where it writes its decks, so that `deck_of` can read them."""
    logger = logging.getLogger("flytekit")
    caplog.set_level(logging.INFO, logger="flytekit")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def deck_of(name: str, decks: pytest.LogCaptureFixture) -> str:
    """The newest deck of a task."""
    found = [
        match[1] for line in decks.messages if (match := re.search(rf"\b{name} task creates .* file://(.*)$", line))
    ]
    return Path(found[-1]).read_text(encoding="utf-8")


def test_a_deck_shows_what_a_task_read_and_what_it_wrote(
    repository: Repository, decks: pytest.LogCaptureFixture
) -> None:
    orders = config(repository, "orders", io_args={"primary_key": "id"})
    write_table(repository.path, "orders", pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bo"]}), primary_key="id")

    @task(enable_deck=True)
    def mend(table: DoltTable) -> DoltTable:
        return DoltTable(orders, data=table.data.assign(name=["<b>Ann</b>", "Bo"]))

    @workflow
    def wf(table: DoltTable) -> DoltTable:
        return mend(table=table)

    written = wf(table=DoltTable(orders))

    deck = deck_of("mend", decks)
    assert written.commit in deck
    assert "ex:local:local:local" in deck
    assert "mend</dd>" in deck
    assert "<del>Ann</del> <ins>&lt;b&gt;Ann&lt;/b&gt;</ins>" in deck
    assert "<b>Ann" not in deck


def test_a_deck_makes_no_commit_and_counts_as_no_read(repository: Repository, decks: pytest.LogCaptureFixture) -> None:
    write_table(repository.path, "seen", numbers(1))

    @task(enable_deck=True)
    def count(seen: DoltTable) -> DoltTable:
        _ = seen._repr_html_()
        return DoltTable(config(repository, "counts"), data=numbers(1))

    @workflow
    def wf(seen: DoltTable) -> DoltTable:
        return count(seen=seen)

    wf(seen=DoltTable(config(repository, "seen")))

    assert deck_of("count", decks).count("dolt-card") >= 2
    messages = repository.messages()
    assert len(messages) == 3
    assert "Flyte-Input" not in messages[0]


def test_a_deck_of_a_server_that_is_gone_has_a_line_that_says_so_and_the_task_is_green(
    decks: pytest.LogCaptureFixture,
) -> None:
    gone = DoltConfig(f"mysql://flyte@127.0.0.1:{free_port()}/shop", tablename="t")

    @task(enable_deck=True)
    def ignore(table: DoltTable) -> int:
        return 1

    @workflow
    def wf(table: DoltTable) -> int:
        return ignore(table=table)

    assert wf(table=DoltTable(gone)) == 1
    assert "Check that the server is up" in deck_of("ignore", decks)


def test_a_notebook_shows_rows_that_are_not_saved_yet_and_those_that_are(repository: Repository) -> None:
    table = DoltTable(config(repository, "t"), data=pd.DataFrame({"<i>": ["<script>"]}))
    before = table._repr_html_()
    Handle(repository.path).table("t").write(table.data)

    after = DoltTable(config(repository, "t"))._repr_html_()

    assert "Rows in memory, not saved" in before
    assert "Changed by commit" in after
    for page in (before, after):
        assert "&lt;script&gt;" in page
        assert "<script" not in page


@pytest.mark.parametrize("kind", ["polars", "arrow", "stream"])
def test_a_notebook_shows_data_of_any_kind_without_reading_a_stream(repository: Repository, kind: str) -> None:
    import polars as pl
    import pyarrow as pa

    stream = iter([numbers(1)])
    data = {"polars": pl.DataFrame({"a": [7]}), "arrow": pa.table({"a": [7]}), "stream": stream}[kind]

    page = DoltTable(config(repository), data=data)._repr_html_()

    assert ("<td>7</td>" in page) == (kind != "stream")
    assert len(list(stream)) == 1


def test_a_query_is_not_run_to_be_shown(repository: Repository) -> None:
    write_table(repository.path, "t", numbers(1, 2))
    table = query(repository, "select sum(a) as total from t")

    before = table._repr_html_()
    _ = table.data

    assert "select sum(a) as total from t" in before
    assert "<td>3" not in before
    assert "<td>3" in table._repr_html_()


def test_a_config_that_cannot_be_read_is_a_line_in_the_card(repository: Repository) -> None:
    page = DoltTable(config(repository, io_args={"columns": 5}))._repr_html_()

    assert 'class="dolt-problem"' in page
    assert "columns=5" in page


def test_a_notebook_shows_why_a_table_is_not_saved(repository: Repository) -> None:
    table = DoltTable(config(repository, "t"), data=pd.DataFrame({"a": [float("inf")]}))

    with pytest.raises(UnsupportedValueError), table.explaining():
        save(table)

    assert "Not saved: column" in table._repr_html_()
    table.data = numbers(1)
    with table.explaining():
        save(table)
    assert "not saved" not in repr(table)


def test_a_mistake_of_ours_is_a_line_in_the_card_without_its_text(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flyte_card, "_facts", lambda *_: 1 / 0)

    page = DoltConfig("mysql://me:not-secret@db.local/shop", tablename="t")._repr_html_()

    assert "No card: ZeroDivisionError" in page


def test_a_config_shows_no_password() -> None:
    page = DoltConfig("mysql://me:not-secret@db.local/shop", tablename="t", as_of="HEAD~1")._repr_html_()

    assert "HEAD~1" in page
    assert "not-secret" not in page
