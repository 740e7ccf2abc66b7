"""`Repository.doctor`: what it says of work that was left behind, of clocks, and of what it cannot look at."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core.branches.private import KEPT, PREFIX
from dolt_integrations.core.manage import doctor
from dolt_integrations.core.manage.prune import PINNED
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


def test_a_directory_is_served_by_a_private_server(tmp_path: Path) -> None:
    shop = Repository(tmp_path / "shop")
    shop.table("orders").write(orders(1), key="id")

    status, text = checks(shop)["database"]

    assert (status, text.endswith("through a private server on the directory")) == ("ok", True)


def test_a_server_elsewhere_that_is_not_encrypted_is_a_warning(shop: Repository) -> None:
    elsewhere = Repository(str(shop.location).replace("127.0.0.1", "127.1"))

    assert checks(shop)["database"][0] == "ok"
    assert checks(elsewhere)["database"][0] == "warning"
    assert "NOT encrypted (?tls=required in the URL)" in checks(elsewhere)["database"][1]


def test_the_cache_is_described_by_its_folder_and_size(
    shop: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOLT_INTEGRATIONS_CACHE", str(tmp_path / "cache"))
    assert checks(shop)["cache"] == ("ok", "off, or not used yet (DOLT_INTEGRATIONS_CACHE)")

    (tmp_path / "cache").mkdir(mode=0o700)
    (tmp_path / "cache" / "x.arrow").write_bytes(bytes(3 * 2**19))
    assert checks(shop)["cache"] == ("ok", f"{tmp_path / 'cache'}, 1.5 MiB")

    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root can write everywhere
    assert checks(shop)["cache"][0] == "warning"
    assert "is not writable: every load fetches its rows" in checks(shop)["cache"][1]


def test_kept_work_pinned_commits_and_uncommitted_tables_are_named(shop: Repository) -> None:
    commit = shop.version().commit
    for at in range(7):
        shop.branches.create(f"{KEPT}{at}")
    shop.tags.create(f"{PINNED}{commit}")
    shop.tags.create("mine")
    run_sql(str(shop.location), "UPDATE orders SET amount = 1")

    found = checks(shop)

    assert found["branches"] == ("ok", "8 branches; 1 tags keep commits of pruned branches")
    assert found["kept work"][1].startswith("7 branches keep work that conflicted")
    assert found["kept work"][1].endswith(", ".join(f"{KEPT}{at}" for at in range(5)))
    assert found["uncommitted work"] == ("warning", "on 'main' in orders: saves of these tables are refused")


def test_versions_of_packages_are_listed_and_those_that_are_not_installed_are_left_out(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", ("pandas", "no-such-package"))

    assert checks(shop)["packages"][1] == f"Python {platform.python_version()}, pandas {pd.__version__}"
