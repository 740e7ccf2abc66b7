"""The state of a branch and a table that a save looks at before it writes."""

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.state import branch_and_table, branch_state
from tests.conftest import run_sql


@pytest.fixture
def url(database):
    run_sql(
        database,
        "CREATE TABLE alone (id INT PRIMARY KEY)",
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE child (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES parent (id))",
        "CREATE TABLE noted (id INT PRIMARY KEY)",
        "CREATE TRIGGER note BEFORE INSERT ON noted FOR EACH ROW SET NEW.id = NEW.id + 1",
        "CALL DOLT_COMMIT('-Am', 'tables')",
    )
    return database


@pytest.fixture
def session(url):
    with open_database(url) as opened, opened.connect("main") as connection:
        yield connection


@pytest.mark.parametrize(
    ("table", "referring", "has_triggers"),
    [
        ("alone", (), False),
        ("parent", ("child",), False),
        ("Child", ("child",), False),
        ("noted", (), True),
        ("NOTED", (), True),
    ],
)
def test_a_table_stands_alone_without_references_and_triggers_of_its_own(table, referring, has_triggers, session):
    _, found = branch_and_table(session, table)

    assert (found.referring, found.has_triggers) == (referring, has_triggers)
    assert found.stands_alone is not bool(referring or has_triggers)


def test_the_content_of_a_table_is_its_hash(session):
    assert branch_and_table(session, "alone")[1].content == table_hash(session, "alone")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_table_that_is_not_there_has_no_content(is_there, session):
    branch, found = branch_and_table(session, "nowhere", is_there=is_there)

    assert (branch.branch, found.content, found.stands_alone) == ("main", None, True)


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ([], []),
        (["INSERT INTO alone VALUES (1)"], [("alone", False)]),
        (["INSERT INTO alone VALUES (1)", "CALL DOLT_ADD('alone')"], [("alone", True)]),
        (["ALTER TABLE alone MODIFY id INT COMMENT 'a number'"], None),
        (["INSERT INTO dolt_ignore VALUES ('own', 1)", "CREATE TABLE own (id INT)"], None),
    ],
)
def test_a_branch_is_clean_only_if_its_working_set_is_its_head(work, told, url, session):
    head = run_sql(url, "SELECT HASHOF('HEAD')")[0][0]
    if work:
        run_sql(url, *work)

    found = branch_state(session)

    assert (found.branch, found.head, found.is_merging, found.is_clean) == ("main", head, False, not work)
    assert told is None or [(entry.table, entry.staged) for entry in found.status] == told


def test_an_open_merge_is_seen(url, session):
    run_sql(
        url,
        "CALL DOLT_CHECKOUT('-b', 'side')",
        "INSERT INTO alone VALUES (1)",
        "CALL DOLT_COMMIT('-am', 'side')",
        "CALL DOLT_CHECKOUT('main')",
        "INSERT INTO parent VALUES (1)",
        "CALL DOLT_COMMIT('-am', 'main')",
        "CALL DOLT_MERGE('side', '--no-commit')",
    )

    assert branch_state(session).is_merging
