"""Write ids are found without reading the whole log, with the same result."""

import random

import pytest

from dolt_integrations.core import NewBranch, write_table
from dolt_integrations.core.provenance.find import find_commits, find_writes
from dolt_integrations.core.provenance.write_id import WriteName
from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions import message_index
from dolt_integrations.engine.versions.log import log
from tests.conftest import run_sql
from tests.helpers.saves.paths import frame

NAMES = [WriteName(f"run:{at // 3}/n0", ("t",), "main", ("append",), f"d{at}", 1) for at in range(12)]


@pytest.fixture(autouse=True)
def soon(set_limits):
    """Let the index be extended every few commits."""
    set_limits(index_commits=4)


def append(url, at, **options):
    """Append a row with a write id of its own."""
    return write_table(url, "t", frame(1, at), mode="append", primary_key="id", write_id=f"run-{at}", **options)


def committed(url, *messages, branch="main"):
    """Make a commit on a branch for each message."""
    run_sql(url, f"CALL DOLT_CHECKOUT('{branch}')", *[_commit(message) for message in messages])


def _commit(message):
    return f"CALL DOLT_COMMIT('--allow-empty', '-m', '{message}')"


def indexed(url):
    """Return the number of commits in the index, 0 if there is none."""
    if message_index.BRANCH not in dict(run_sql(url, "SELECT name, hash FROM dolt_branches")):
        return 0
    return run_sql(url, f"SELECT COUNT(DISTINCT commit_hash) FROM named_commits AS OF '{message_index.BRANCH}'")[0][0]


def in_the_log(database, head, write_id):
    """Return the commits in the whole log whose message ends in a write id."""
    with database.connect() as session:
        return [entry.commit for entry in log(session, head) if entry.message.endswith(f"Write-Id: {write_id}")]


def test_a_retry_finds_its_commit_in_the_index(database):
    for at in range(12):
        append(database, at)

    again = [append(database, at) for at in range(12)]

    assert not any(version.changed for version in again)
    assert len({version.commit for version in again}) == 12
    assert run_sql(database, "SELECT COUNT(*) FROM t") == [(12,)]
    assert indexed(database) >= 8


def test_what_is_found_is_what_the_log_has_on_every_branch(database):
    chance = random.Random(7)  # noqa: S311
    branches = ["main"]
    for step in range(30):
        branch = chance.choice(branches)
        if step % 7 == 3:
            run_sql(database, f"CALL DOLT_BRANCH('b{step}', '{branch}')")
            branches.append(f"b{step}")
        if step % 5 == 4:
            run_sql(
                database, f"CALL DOLT_CHECKOUT('{branch}')", f"CALL DOLT_MERGE('--no-ff', '{chance.choice(branches)}')"
            )
        committed(database, f"m{step}\n\nWrite-Id: {chance.choice(NAMES)}", branch=branch)
        if step == 20:
            run_sql(database, "CALL DOLT_CHECKOUT('main')", "CALL DOLT_RESET('--hard', 'HEAD~2')")
        with open_database(database) as opened, opened.connect() as session:
            for each in branches:
                head = dict(run_sql(database, "SELECT name, hash FROM dolt_branches"))[each]
                name = chance.choice(NAMES)
                assert find_commits(session, each, str(name)) == in_the_log(opened, head, str(name))
    assert indexed(database) > 10


def test_writes_of_a_node_are_found_in_the_index(database):
    committed(database, *[f"m\n\nWrite-Id: {name}" for name in NAMES])

    with open_database(database) as opened:
        for _ in range(2):
            with opened.connect("main") as session:
                found = find_writes(session, "run:1/n0")
            assert [write.name for write in found] == NAMES[5:2:-1]


def test_a_write_of_another_branch_is_not_taken_for_one_of_this(database):
    write_table(database, "t", frame(), primary_key="id")
    for at in range(6):
        write_table(
            database, "t", frame(1, 10 + at), mode="append", write_id=f"run-{at}", branch_conf=NewBranch("side")
        )

    version = write_table(database, "t", frame(1, 10), mode="append", write_id="run-0")

    assert version.changed
    assert indexed(database) > 0


def test_an_index_that_another_client_spoiled_costs_nothing_but_time(database):
    for at in range(6):
        append(database, at)
    run_sql(
        database,
        f"CALL DOLT_CHECKOUT('{message_index.BRANCH}')",
        "DROP TABLE seen_commits",
        "CALL DOLT_COMMIT('-Am', 'Spoil it')",
    )

    assert not append(database, 0).changed
    assert append(database, 9).changed


def test_a_small_history_has_no_index(database, set_limits):
    set_limits(index_commits=1_000)

    write_table(database, "t", frame(), write_id="run-1")

    assert dict(run_sql(database, "SELECT name, hash FROM dolt_branches")).keys() == {"main"}


def test_the_index_keeps_a_few_of_the_commits_up_to_which_it_goes_the_newest(database, set_limits):
    set_limits(index_commits=0)
    naming = message_index.Naming(("Name: ",), lambda message: [message.rpartition("Name: ")[2]])
    with open_database(database) as opened, opened.connect() as session:
        for at in range(11):
            committed(database, f"m{at} Name: {at}")
            head = run_sql(database, "SELECT HASHOF('main')")[0][0]
            found = message_index.entries_naming(session, head, {"3": ["Name: 3"], "x": ["Name: x"]}, naming)

    seen = run_sql(database, f"SELECT commit_hash FROM seen_commits AS OF '{message_index.BRANCH}'")
    newest = run_sql(database, "SELECT commit_hash FROM dolt_log('main') LIMIT 8")
    assert [entry.message for entry in found] == ["m3 Name: 3"]
    assert set(seen) == set(newest)


def test_all_of_many_names_of_a_commit_are_in_the_index(database, set_limits):
    set_limits(index_commits=0)
    naming = message_index.Naming(("many",), lambda message: [f"{message} {at}" for at in range(2_500)])
    committed(database, "many")
    head = run_sql(database, "SELECT HASHOF('main')")[0][0]

    with open_database(database) as opened, opened.connect() as session:
        message_index.entries_naming(session, head, {"none": ["none"]}, naming)
        for at in (0, 999, 1_000, 2_499):
            found = message_index.entries_naming(session, head, {f"many {at}": ["no text"]}, naming)
            assert [entry.message for entry in found] == ["many"]
