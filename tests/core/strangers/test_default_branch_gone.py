"""A server on which a database has lost its default branch: the other databases are written to as before."""

import pandas as pd
import pytest

from dolt_integrations.core import Transaction, read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.state import referring_tables
from dolt_integrations.errors import BranchNotFoundError, ConstraintError
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, frame, rows_on

PARENTS = pd.DataFrame({"id": [1, 2]})
CHILDREN = pd.DataFrame({"id": [1], "parent": [1]})


@pytest.fixture
def lost(shared_server):
    """The URL of another database, whose branch `main` was renamed."""
    url = f"{shared_server.url.removesuffix('shared')}lost"
    run_sql(shared_server.url, "CREATE DATABASE lost")
    run_sql(url, "CALL DOLT_BRANCH('other')")
    run_sql(f"{url}/other", "CALL DOLT_BRANCH('-m', '--force', 'main', 'trunk')")
    yield url
    run_sql(f"{url}/other", "CALL DOLT_BRANCH('main', 'trunk')")
    run_sql(shared_server.url, "DROP DATABASE lost")


@pytest.fixture
def related(database, lost):
    run_sql(
        database,
        "CREATE TABLE parents (id BIGINT PRIMARY KEY)",
        "CREATE TABLE children (id BIGINT PRIMARY KEY, parent BIGINT, "
        "CONSTRAINT `FOREIGN KEY (x) REFERENCES` FOREIGN KEY (parent) REFERENCES parents (id))",
        "CREATE TABLE apart (id BIGINT PRIMARY KEY) COMMENT 'REFERENCES `parents`'",
        "CALL DOLT_COMMIT('-Am', 'Add tables')",
    )
    write_table(database, "parents", PARENTS)
    write_table(database, "children", CHILDREN)
    return database


@pytest.mark.parametrize("path", PATHS)
def test_another_database_is_written_to(path, database, lost):
    rows = frame(rows_on(path))

    PATHS[path](database, "t", rows)
    version = PATHS[path](database, "t", rows.assign(id=rows["id"] + len(rows)))

    assert version is None or version.changed


def test_foreign_keys_are_kept(related):
    with pytest.raises(ConstraintError, match="parent"):
        write_table(related, "children", CHILDREN.assign(parent=9))
    with pytest.raises(ConstraintError, match="children"):
        write_table(related, "parents", PARENTS[1:])
    with Transaction(related) as work:
        work.write("children", CHILDREN.assign(parent=2))
        work.write("parents", PARENTS[1:])

    assert read_table(related, "parents").data["id"].tolist() == [2]


def test_the_tables_that_refer_to_each_other_are_found_without_the_information_schema(related):
    with open_database(related) as database, database.connect("main") as session:
        assert referring_tables(session, "Parents") == ["children"]
        assert referring_tables(session, "children") == ["children"]
        assert referring_tables(session, "apart") == []


def test_the_database_itself_says_what_to_do(lost):
    with pytest.raises(BranchNotFoundError, match="Create that branch, or SET PERSIST"):
        write_table(lost, "t", PARENTS, primary_key="id", branch_conf="other")
