"""Looking back to a first commit that has tables, because it was amended or stands for a longer history."""

import pytest

from dolt_integrations.core import Repository, added_rows, lineage, who_wrote
from dolt_integrations.core.inspect.blame import blame
from dolt_integrations.core.inspect.history import history
from dolt_integrations.errors import ConfigError, TableNotFoundError
from tests.conftest import run_sql

AMEND = ("CALL DOLT_ADD('-A')", "CALL DOLT_COMMIT('--amend', '-m', 'Run: flows/1', '--author', 'Ann <ann@localhost>')")


def commit(database, *statements, message):
    """Run statements, and commit everything."""
    run_sql(database, *statements, f"CALL DOLT_COMMIT('-Am', '{message}', '--author', 'Ann <ann@localhost>')")


@pytest.fixture
def first(database):
    """The first commit, with a table `users` of a run. A second commit has another table."""
    run_sql(database, "CREATE TABLE users (id INT PRIMARY KEY, n INT)", "INSERT INTO users VALUES (1, 1)", *AMEND)
    commit(database, "CREATE TABLE other (id INT PRIMARY KEY)", message="Run: flows/2")
    return history(database)["commit"].tolist()[-1]


def test_the_first_commit_is_in_the_history_of_its_tables(database, first):
    assert history(database, "users")["commit"].tolist() == [first]
    assert history(database, "users", limit=1)["commit"].tolist() == [first]
    assert history(database, "other")["message"].tolist() == ["Run: flows/2"]


def test_the_first_commit_ends_the_history_of_a_table_that_was_dropped_and_created_again(database, first):
    commit(database, "DROP TABLE users", message="drop")
    commit(database, "CREATE TABLE users (id INT PRIMARY KEY)", message="create")
    commit(database, "DROP TABLE users", message="drop again")

    assert history(database, "users")["message"].tolist() == ["drop again", "create", "drop", "Run: flows/1"]


def test_a_limited_history_ends_before_the_first_commit(database, first):
    commit(database, "INSERT INTO users VALUES (2, 2)", message="more")

    assert history(database, "users", limit=1)["message"].tolist() == ["more"]
    assert history(database, "users", limit=2)["message"].tolist() == ["more", "Run: flows/1"]


def test_the_first_commit_is_a_writer_in_lineage(database, first):
    (write,) = lineage(database, "users").writes

    assert (write.commit, write.execution_id) == (first, "flows/1")


def test_the_first_commit_has_written_its_rows(database, first):
    commit(database, "UPDATE users SET n = 2", "INSERT INTO users VALUES (2, 2)", message="Run: flows/3")

    assert who_wrote(database, "users", 1)["diff_type"].tolist() == ["modified", "added"]
    assert who_wrote(database, "users", 1)["commit"].tolist()[-1] == first
    assert blame(database, "users", as_of=first)["commit"].tolist() == [first]
    assert added_rows(database, "users", first)["id"].tolist() == [1]


def test_the_run_of_the_first_commit_has_its_tables(database, first):
    assert Repository(database).runs()[["run", "tables"]].values.tolist() == [
        ["flows/2", "other"],
        ["flows/1", "users"],
    ]


def test_the_run_of_the_first_commit_can_be_compared_with_another(database, first):
    commit(database, "INSERT INTO users VALUES (2, 2)", message="Run: flows/3")

    found = Repository(database).compare("flows/1", "flows/3").set_index("table")

    assert found.loc["users", ["change", "rows_added"]].tolist() == ["modified", 1]


@pytest.mark.parametrize("what", ["flows/1", "the commit"])
def test_the_first_commit_cannot_be_reverted(what, database, first):
    with pytest.raises(ConfigError, match=f"{first} is the first commit"):
        Repository(database).revert(first if what == "the commit" else what)


def test_a_table_of_the_first_commit_can_be_restored_after_it_was_dropped(database, first):
    commit(database, "DROP TABLE users", message="drop")

    Repository(database).restore("users", first)

    assert run_sql(database, "SELECT * FROM users") == [(1, 1)]


def test_a_card_shows_that_the_first_commit_made_the_table(database, first):
    assert "it is the first commit" in Repository(database).table("users").card().html()


def test_a_table_that_the_first_commit_has_not_is_not_found(database, first):
    for look in (history, lineage):
        with pytest.raises(TableNotFoundError, match="user"):
            look(database, "user")
