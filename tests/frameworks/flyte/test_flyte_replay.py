"""A past execution is run again on the rows that it read, whatever has been committed since."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest
from flytekit import task, workflow

from dolt_integrations.core import Repository, Version
from dolt_integrations.core.provenance.trailers import trailers_of
from dolt_integrations.engine.names.trust import FromLiteral
from dolt_integrations.errors import ConfigError, RevisionNotFoundError, RunNotFoundError
from dolt_integrations.flyte.replay import Replay, current_replay, execution_in
from flytekitplugins.dolt import DoltConfig, DoltTable, replaying
from tests.conftest import Server
from tests.helpers.frameworks.pods import Pods, literal, outputs, python_value
from tests.helpers.servers.databases import new_database

ORDERS = pd.DataFrame({"id": [1, 2], "price": [1.0, 2.0]})


@task
def add_up(db: str) -> DoltTable:
    orders = DoltTable(DoltConfig(db, tablename="orders"))
    totals = pd.DataFrame({"day": [len(orders.data)], "total": [orders.data["price"].sum()]})
    return DoltTable(DoltConfig(db, tablename="totals", io_args={"mode": "append", "primary_key": "day"}), data=totals)


@task
def double(db: str, totals: DoltTable) -> DoltTable:
    frame = totals.data.assign(total=totals.data["total"] * 2)
    return DoltTable(DoltConfig(db, tablename="doubled", io_args={"primary_key": "day"}), data=frame)


@workflow
def wf(db: str) -> DoltTable:
    return double(db=db, totals=add_up(db=db))


@task
def count(orders: DoltTable) -> int:
    return len(orders.data)


@pytest.fixture
def shop(database: str) -> Repository:
    """A shop with orders, and totals of a day before."""
    found = Repository(database)
    found.table("orders").write(ORDERS, key="id")
    found.table("totals").write(pd.DataFrame({"day": [0], "total": [0.5]}), key="day")
    return found


@pytest.fixture
def reports(shared_server: Server, database: str) -> Iterator[str]:
    """A second database on the server."""
    with new_database(shared_server, f"{database.rpartition('/')[2]}_reports") as url:
        yield url


def disturb(shop: Repository) -> Version:
    """Commit to all tables of the shop."""
    shop.table("orders").write(ORDERS.assign(price=100.0))
    shop.table("orders").write(pd.DataFrame({"id": [7], "price": [7.0]}), mode="append")
    return shop.table("totals").write(pd.DataFrame({"day": [9], "total": [9.0]}))


def run_of(shop: Repository) -> str:
    return str(shop.runs()["run"][0])


def hashes(shop: Repository, branch: str | None = None) -> list[tuple[str, ...]]:
    found = shop.sql("select dolt_hashof_table('totals'), dolt_hashof_table('doubled')", branch=branch).to_pandas()
    return list(found.itertuples(index=False, name=None))


def test_a_replay_is_equal_to_the_run_made_at_that_time_and_leaves_the_branch_alone(shop: Repository) -> None:
    wf(db=str(shop.location))
    then, run = hashes(shop), run_of(shop)
    now = disturb(shop)

    with replaying(run) as replay:
        wf(db=str(shop.location))

    assert hashes(shop, replay.branch) == then
    assert shop.version().commit == now.commit
    assert trailers_of(shop.history(replay.branch)["message"][0])["Replays"] == run
    assert shop.compare(run, replay.branch)["change"].tolist() == ["same", "same", "same"]


def test_a_changed_task_gets_what_a_past_execution_read(shop: Repository) -> None:
    wf(db=str(shop.location))
    run = run_of(shop)
    disturb(shop)

    assert count(orders=DoltTable(DoltConfig(str(shop.location), tablename="orders"))) == 3
    assert count(orders=DoltTable(DoltConfig(str(shop.location), tablename="orders", as_of=f"execution:{run}"))) == 2
    with replaying(run):
        assert count(orders=DoltTable(DoltConfig(str(shop.location), tablename="orders"))) == 2


def test_a_table_of_the_execution_itself_that_a_task_only_names_is_read_as_it_was_with_a_warning(
    shop: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    wf(db=str(shop.location))
    run = run_of(shop)
    disturb(shop)
    totals = DoltTable(DoltConfig(str(shop.location), tablename="totals"))

    with replaying(run):
        assert count(orders=totals) == 2

    assert f"totals is read as execution {run} wrote it" in caplog.text


def test_a_replay_of_what_was_not_read_or_not_run_fails_before_it_writes(shop: Repository) -> None:
    wf(db=str(shop.location))
    run = run_of(shop)
    with pytest.raises(RevisionNotFoundError, match="has not read 'users'"), replaying(run):
        count(orders=DoltTable(DoltConfig(str(shop.location), tablename="users")))
    with pytest.raises(RunNotFoundError, match=run), replaying(f"{run}0"):
        wf(db=str(shop.location))
    assert shop.branches.list()["branch"].tolist() == ["main"]


@task
def report(db: str, reports: str) -> DoltTable:
    orders = DoltTable(DoltConfig(db, tablename="orders"))
    return DoltTable(DoltConfig(reports, tablename="report"), data=pd.DataFrame({"n": [len(orders.data)]}))


def test_an_execution_that_wrote_to_another_database_is_found_there(shop: Repository, reports: str) -> None:
    report(db=str(shop.location), reports=reports)
    run, config = run_of(Repository(reports)), DoltConfig(str(shop.location), tablename="orders")
    disturb(shop)

    with replaying(run, database=reports) as replay:
        report(db=str(shop.location), reports=reports)
    assert Repository(reports).table("report", replay.branch).read()["n"].tolist() == [2]
    past = dataclasses.replace(config, as_of=f"execution:{run} of {reports}")
    assert count(orders=DoltTable(past)) == 2
    with pytest.raises(RunNotFoundError, match=run):
        count(orders=DoltTable(dataclasses.replace(config, as_of=f"execution:{run}")))
    with pytest.raises(ConfigError, match="does not name an execution"):
        count(orders=DoltTable(dataclasses.replace(config, as_of="execution: of x")))


def test_pods_replay_what_their_environment_names(
    shop: Repository, pod_here: Pods, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = literal(str(shop.location))
    made = outputs(pod_here.here(add_up, {"db": db}))["o0"]
    pod_here.here(double, {"db": db, "totals": made})
    then, run = hashes(shop), run_of(shop)
    assert run.startswith("ex:flytesnacks:development:")
    now = disturb(shop)
    past = DoltTable(DoltConfig(str(shop.location), tablename="orders", as_of=f"execution:{run}"))
    assert python_value(outputs(pod_here.here(count, {"orders": literal(past)}))["o0"], int) == 2

    monkeypatch.setenv("DOLT_INTEGRATIONS_REPLAY", run)
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_ID", "fagain")
    made = outputs(pod_here.here(add_up, {"db": db}))["o0"]
    pod_here.here(double, {"db": db, "totals": made})

    branch = f"replay/{run.rpartition(':')[2]}/fagain"
    assert hashes(shop, branch) == then
    assert shop.version().commit == now.commit


@pytest.mark.parametrize("fields", [{}, {"database": "/data/reports"}, {"branch": "again"}])
def test_pods_get_the_replay_that_their_environment_names(
    fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay("ex:p:d:n", **fields)

    for name, value in replay.environment.items():
        monkeypatch.setenv(name, value)

    assert current_replay() == replay


def test_a_database_that_a_literal_or_the_environment_names_gets_no_password_of_the_program() -> None:
    named = "ex:p:d:n of mysql://me@only.in.a.literal/shop"

    assert isinstance(execution_in(named)[1], FromLiteral)
    assert not isinstance(execution_in(named, is_literal=False)[1], FromLiteral)
