"""Errors of management operations for a user without privileges, and what a saving user may do."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch
from dolt_integrations.errors import AccessDeniedError
from tests.conftest import run_sql
from tests.helpers.saves.manage import orders, three_runs


@pytest.fixture
def users(database: str) -> Iterator[tuple[Repository, Repository]]:
    """Repositories of a user who may save, and of one who may read; three runs have written."""
    three_runs(database)
    name = database.rpartition("/")[2]
    for user, right in (("saver", "ALL"), ("looker", "SELECT")):
        run_sql(database, f"CREATE USER {user}@'%' IDENTIFIED BY 'x'", f"GRANT {right} ON {name}.* TO {user}@'%'")
    saver, looker = (Repository(database.replace("root@", f"{user}:x@")) for user in ("saver", "looker"))
    yield saver, looker
    run_sql(database, "DROP USER saver@'%'", "DROP USER looker@'%'")


def test_who_may_save_may_revert_restore_promote_and_prune(users: tuple[Repository, Repository]) -> None:
    saver, _ = users

    assert saver.revert("Import/2").changed
    assert saver.restore("orders", "HEAD~1").changed
    saver.table("orders", branch=NewBranch("run/1")).write(orders(7), mode="append", message="Run: Import/7/s/1")
    assert saver.promote("run/1").changed
    assert saver.prune(dry_run=False)["action"].tolist() == ["deleted"]
    with pytest.raises(AccessDeniedError, match="GRANT EXECUTE ON PROCEDURE"):
        saver.gc()


def test_who_may_read_looks_and_is_refused_the_rest(
    users: tuple[Repository, Repository], caplog: pytest.LogCaptureFixture
) -> None:
    _, looker = users

    assert looker.runs()["run"].tolist() == ["Import/3", "Import/2", "Import/1"]
    assert looker.compare("Import/1", "Import/2")["table"].tolist() == ["log", "orders", "users"]
    with pytest.raises(AccessDeniedError):
        looker.revert("Import/2")
    with pytest.raises(AccessDeniedError):
        looker.branches.create("b")
    rights = next(check for check in looker.doctor() if check.name == "rights")
    assert (rights.status, rights.text.partition(":")[0]) == ("warning", "the user may only read")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
