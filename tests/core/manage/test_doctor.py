"""`Repository.doctor`: what it says of work that was left behind, of clocks, and of what it cannot look at."""

from __future__ import annotations

import datetime

import pytest

from dolt_integrations import Repository
from dolt_integrations.core.branches.private import PREFIX
from dolt_integrations.core.manage import doctor
from dolt_integrations.errors import QueryError
from tests.conftest import run_sql
from tests.helpers.saves.manage import orders


@pytest.fixture
def shop(database: str) -> Repository:
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id")
    return shop


def checks(shop: Repository) -> dict[str, tuple[str, str]]:
    return {check.name: (check.status, check.text) for check in shop.doctor()}


def test_a_sound_database_has_no_warnings_of_its_own(shop: Repository) -> None:
    found = checks(shop)

    assert {name for name, (status, _) in found.items() if status != "ok"} <= {"bulk loads"}
    assert {"packages", "cache", "database", "rights", "clock", "branches"} <= set(found)


def test_an_open_merge_is_a_warning(shop: Repository) -> None:
    url = str(shop.location)
    run_sql(url, "CALL DOLT_BRANCH('side')")
    for branch in ("main", "side"):
        run_sql(url, f"UPDATE orders SET amount = {len(branch)}0{branch == 'side':d}", revision=branch)
        run_sql(url, "CALL DOLT_COMMIT('-am', 'x', '--author', 'Ann <ann@localhost>')", revision=branch)
    run_sql(url, "SET @@dolt_allow_commit_conflicts = 1", "CALL DOLT_MERGE('side')")

    assert checks(shop)["open merge"] == (
        "warning",
        "a merge is in progress on 'main': saves to it are refused until it ends",
    )


def test_private_branches_of_processes_that_died_are_a_warning(shop: Repository) -> None:
    run_sql(str(shop.location), f"CALL DOLT_BRANCH('{PREFIX}1790000000-0123456789abcdef')")

    status, text = checks(shop)["leftovers"]

    assert (status, text.partition(" ")[0]) == ("warning", "1")


@pytest.mark.parametrize(("seconds", "status"), [(-50, "ok"), (50, "ok"), (-70, "warning"), (70, "warning")])
def test_a_clock_that_differs_by_more_than_a_minute_is_a_warning(
    shop: Repository, monkeypatch: pytest.MonkeyPatch, seconds: int, status: str
) -> None:
    real = doctor.server_time
    monkeypatch.setattr(doctor, "server_time", lambda session: real(session) + datetime.timedelta(seconds=seconds))

    assert checks(shop)["clock"][0] == status


def test_what_cannot_be_looked_at_has_failed_and_the_rest_is_looked_at(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise QueryError("unknown variable local_infile")

    monkeypatch.setattr(doctor, "takes_files", fail)

    found = checks(shop)
    assert found["bulk loads"] == ("failed", "unknown variable local_infile")
    assert found["clock"][0] == found["branches"][0] == "ok"
