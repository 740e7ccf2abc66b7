"""What a repository does not do unless it is told to."""

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch
from dolt_integrations.errors import AuditError, ConfigError, UnsupportedTypeError
from tests.conftest import run_sql

TEST = "INSERT INTO dolt_tests VALUES ('two orders', 'shop', 'SELECT * FROM orders', 'expected_rows', '==', '2')"


@pytest.fixture
def shop(database):
    """A repository with a test of Dolt's that fails, and a branch of a run."""
    made = Repository(database)
    made.table("orders").write(pd.DataFrame({"id": [1]}), key="id")
    run_sql(database, TEST, "CALL DOLT_COMMIT('-Am', 'a test')")
    made.table("orders", NewBranch("run/1")).write(pd.DataFrame({"id": [1, 2, 3]}))
    return made


def test_a_promotion_runs_dolts_tests_only_if_it_is_told_to(shop):
    with pytest.raises(AuditError, match="two orders"):
        shop.promote("run/1", tests=True)

    assert shop.promote("run/1").changed


def test_pruning_deletes_nothing_unless_it_is_told_to(shop):
    shop.promote("run/1")

    shop.prune(older_than=0, like="run/*")
    assert "run/1" in shop.branches.list()["branch"].tolist()

    shop.prune(older_than=0, like="run/*", dry_run=False)
    assert "run/1" not in shop.branches.list()["branch"].tolist()


def test_a_write_changes_no_type_unless_it_is_told_to(shop):
    texts = pd.DataFrame({"id": ["x"]})

    with pytest.raises(UnsupportedTypeError):
        shop.table("orders").write(texts)

    shop.table("orders").write(texts, key="id", overwrite=True)
    assert shop.table("orders").read()["id"].tolist() == ["x"]


@pytest.mark.parametrize("option", ["depth", "commits"])
@pytest.mark.parametrize("wrong", [None, 0, -1, True, 1.5, "2"])
def test_a_lineage_needs_a_depth_and_a_number_of_commits(option, wrong, shop):
    with pytest.raises(ConfigError, match=rf"{option} is .*an integer of at least 1"):
        shop.table("orders").lineage(**{option: wrong})
