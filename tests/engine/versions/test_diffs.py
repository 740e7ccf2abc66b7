"""`dolt_diff()` as the engine asks it: which keys a commit has written, whatever the key's columns are called."""

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.diffs.diff import find_version_of, written_keys
from dolt_integrations.engine.versions.heads import commit_of
from tests.conftest import run_sql


@pytest.mark.parametrize("name", ["id", "commit", "Commit_Date"])
def test_the_written_keys_are_those_of_added_and_modified_rows(name, database):
    run_sql(
        database,
        f"CREATE TABLE t (v INT, `{name}` INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
        "CALL DOLT_COMMIT('-Am', 'rows')",
        f"DELETE FROM t WHERE `{name}` = 1",
        f"UPDATE t SET v = 9 WHERE `{name}` = 2",
        "INSERT INTO t VALUES (4, 4)",
        "CALL DOLT_COMMIT('-am', 'other rows')",
    )

    with open_database(database) as opened, opened.connect() as session:
        old, new = commit_of(session, "HEAD~1"), commit_of(session, "HEAD")
        found = written_keys(session, old, new, find_version_of(session, "t"))

    assert found.to_pydict() == {name: [2, 4]}
