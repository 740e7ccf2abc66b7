"""Copying tables from another commit to a private branch."""

import pytest

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.working_set import status
from tests.conftest import run_sql


def test_a_table_that_cannot_be_taken_without_another_leaves_the_branch_as_it_was(database):
    run_sql(database, "CREATE TABLE t (id int PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 't')", "CALL DOLT_TAG('v1')")
    run_sql(database, "ALTER TABLE t RENAME TO u", "INSERT INTO u VALUES (1)", "CALL DOLT_COMMIT('-Am', 'u')")

    with open_database(database) as opened, private_branch(opened, "main") as workspace:
        with pytest.raises(EntangledError, match="`u`"):
            take_tables(workspace, "v1", ["t"])

        assert status(workspace) == []
        assert workspace.rows("SELECT id FROM u") == [(1,)]
