"""`MergeBranch`: the work is done at an old or a moving start and merged into a branch."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, read_table, write_table
from dolt_integrations.errors import BranchNotFoundError, ConfigError, RevisionNotFoundError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.state import branches, log

FIRST = pd.DataFrame({"id": [1, 2, 3], "value": ["a", "b", "c"]})
OTHER = pd.DataFrame({"x": [1.5]})


def rows(url, table="t", revision=None):
    return run_sql(url, f"SELECT * FROM {table}", revision=revision)


def changed(at, value):
    return FIRST.assign(value=[value if number == at else old for number, old in enumerate(FIRST["value"])])


@pytest.fixture
def base(database):
    """A database with a table `t`, tagged `c2`."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    return database


def test_the_articles_branch_config_merges_into_master(base):
    run_sql(base, "CALL DOLT_BRANCH('master')")
    write_table(base, "other", OTHER, branch_conf=MergeBranch(branch_from="main", merge_to="master"))

    version = write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch(branch_from="c2", merge_to="master"))

    assert version.branch == "master"
    assert version.changed
    assert rows(base, revision="master") == [(1, "A"), (2, "b"), (3, "c")]
    assert rows(base, "other", revision="master") == [(1.5,)]
    assert rows(base) == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.parametrize("start", ["main", "c2", "commit", "dev"])
def test_the_start_may_be_a_branch_a_tag_or_a_commit(start, base):
    run_sql(base, "CALL DOLT_BRANCH('dev')")
    commit = run_sql(base, "SELECT HASHOF('main')")[0][0]

    write_table(base, "t", changed(1, "B"), branch_conf=MergeBranch(commit if start == "commit" else start, "main"))

    assert rows(base) == [(1, "a"), (2, "B"), (3, "c")]
    assert branches(base) == ["dev", "main"]


def test_a_target_that_has_not_moved_is_forwarded_without_a_merge_commit(base):
    version = write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch("main", "main"), message="Change one")

    assert len(log(base)) == 3
    assert log(base)[0].startswith("Change one")
    assert version.commit == run_sql(base, "SELECT HASHOF('main')")[0][0]


def test_a_target_that_moved_gets_a_merge_commit_and_keeps_its_rows(base):
    write_table(base, "t", changed(0, "A"), message="Theirs")

    version = write_table(base, "t", changed(2, "C"), branch_conf=MergeBranch("c2", "main"), message="Ours")

    assert rows(base) == [(1, "A"), (2, "b"), (3, "C")]
    assert version.commit == run_sql(base, "SELECT HASHOF('main')")[0][0]
    parents = run_sql(base, f"SELECT COUNT(*) FROM dolt_commit_ancestors WHERE commit_hash = '{version.commit}'")
    assert parents == [(2,)]
    assert any(message.startswith("Theirs") for message in log(base))
    assert log(base)[0].startswith("Ours")


def test_the_version_is_what_the_target_has_after_the_merge(base):
    write_table(base, "t", changed(0, "A"))

    version = write_table(base, "t", changed(2, "C"), branch_conf=MergeBranch("c2", "main"))

    found = read_table(base, "t", as_of=version.commit)
    assert found.data["value"].tolist() == ["A", "b", "C"]
    assert found.version.table_hash == version.table_hash


def test_other_tables_of_the_target_stay(base):
    write_table(base, "other", OTHER)

    write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch("c2", "main"))

    assert read_table(base, "other").data.equals(OTHER)


def test_a_new_table_is_merged(base):
    write_table(base, "t", changed(0, "A"))

    write_table(base, "new", OTHER, branch_conf=MergeBranch("c2", "main"))

    assert read_table(base, "new").data.equals(OTHER)
    assert rows(base)[0] == (1, "A")


def test_a_new_column_on_one_side_and_rows_on_the_other_are_merged(base):
    write_table(base, "t", changed(0, "A"))

    write_table(base, "t", FIRST.assign(more=[1.5, 2.5, None]), branch_conf=MergeBranch("c2", "main"))

    assert rows(base) == [(1, "A", 1.5), (2, "b", 2.5), (3, "c", None)]


def test_an_append_at_an_old_commit_adds_to_what_the_target_has(base):
    write_table(base, "t", pd.DataFrame({"id": [4], "value": ["d"]}), mode="append")

    write_table(
        base, "t", pd.DataFrame({"id": [5], "value": ["e"]}), mode="append", branch_conf=MergeBranch("c2", "main")
    )

    assert [key for key, _ in rows(base)] == [1, 2, 3, 4, 5]


def test_an_upsert_at_an_old_commit_changes_only_its_rows(base):
    write_table(base, "t", changed(0, "A"))

    upserted = pd.DataFrame({"id": [3, 4], "value": ["C", "d"]})
    write_table(base, "t", upserted, mode="upsert", branch_conf=MergeBranch("c2", "main"))

    assert rows(base) == [(1, "A"), (2, "b"), (3, "C"), (4, "d")]


def test_a_table_without_a_key_is_merged(database):
    write_table(database, "t", OTHER)
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", pd.DataFrame({"x": [2.5]}), mode="append")

    write_table(database, "t", pd.DataFrame({"x": [3.5]}), mode="append", branch_conf=MergeBranch("c2", "main"))

    assert sorted(rows(database)) == [(1.5,), (2.5,), (3.5,)]


def test_a_tables_name_is_found_in_any_case(base):
    write_table(base, "T", changed(0, "A"), branch_conf=MergeBranch("c2", "main"))

    assert run_sql(base, "SHOW TABLES") == [("t",)]
    assert rows(base)[0] == (1, "A")


def test_what_the_start_has_already_makes_no_commit(base):
    write_table(base, "other", OTHER)

    version = write_table(base, "t", FIRST, branch_conf=MergeBranch("c2", "main"))

    assert not version.changed
    assert version.commit == run_sql(base, "SELECT HASHOF('main')")[0][0]
    assert len(log(base)) == 3


def test_twenty_thousand_rows_are_merged(base):
    write_table(base, "other", OTHER)
    large = pd.DataFrame({"id": range(20_000), "value": "x"})

    write_table(base, "large", large, primary_key="id", branch_conf=MergeBranch("c2", "main"))

    assert run_sql(base, "SELECT COUNT(*) FROM large") == [(20_000,)]
    assert branches(base) == ["main"]


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_work_in_other_tables_of_the_target_stays_as_it_is(moved, staged, base):
    if moved:
        write_table(base, "other", OTHER)
    run_sql(base, "CREATE TABLE mine (a int)", "INSERT INTO mine VALUES (1)")
    if staged:
        run_sql(base, "CALL DOLT_ADD('mine')")

    write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch("c2", "main"))

    assert run_sql(base, "SELECT * FROM dolt_status") == [("mine", staged, "new table")]
    assert rows(base, "mine") == [(1,)]
    assert rows(base)[0] == (1, "A")


def test_uncommitted_work_in_the_same_table_is_an_error_and_stays(base):
    run_sql(base, "UPDATE t SET value = 'mine' WHERE id = 3")

    with pytest.raises(UncommittedChangesError, match="`t`"):
        write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch("c2", "main"))

    assert rows(base) == [(1, "a"), (2, "b"), (3, "mine")]
    assert len(log(base)) == 2
    assert not [name for name in branches(base) if "/work/" in name]


def test_a_load_reads_the_target(base):
    run_sql(base, "CALL DOLT_BRANCH('release')")
    write_table(base, "t", changed(0, "A"))

    found = read_table(base, "t", branch_conf=MergeBranch("main", "release"))

    assert found.version.branch == "release"
    assert found.data.equals(FIRST)


@pytest.mark.parametrize("start", ["nowhere", "c1", "0" * 32, "main~99", ""])
def test_an_unknown_start_is_an_error(start, base):
    with pytest.raises((RevisionNotFoundError, BranchNotFoundError)):
        write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch(start, "main"))

    assert len(log(base)) == 2
    assert branches(base) == ["main"]


@pytest.mark.parametrize("target", ["mian", "c2", ""])
def test_an_unknown_target_is_an_error(target, base):
    with pytest.raises(BranchNotFoundError):
        write_table(base, "t", changed(0, "A"), branch_conf=MergeBranch("c2", target))

    assert len(log(base)) == 2
    assert branches(base) == ["main"]


@pytest.mark.parametrize("start", ["c2", "main"])
@pytest.mark.parametrize("side", ["mine", "OURS", "", 5])
def test_an_unknown_way_to_resolve_is_an_error_before_anything_is_done(side, start, base):
    with pytest.raises(ConfigError, match="on_conflict"):
        write_table(base, "t", FIRST, branch_conf=MergeBranch(start, "main", on_conflict=side))

    assert len(log(base)) == 2


def test_the_users_checkout_and_its_branch_stay(repository):
    write_table(repository.path, "t", FIRST, primary_key="id")
    repository.dolt("checkout", "-b", "mine")
    repository.dolt("sql", "-q", "create table draft (a int)")

    write_table(repository.path, "t", changed(0, "A"), branch_conf=MergeBranch("main", "main"))

    assert "On branch mine" in repository.dolt("status")
    assert repository.sql("select table_name from dolt_status") == [{"table_name": "draft"}]
    assert repository.branches() == ["main", "mine"]
    assert repository.sql("select value from t where id = 1") == [{"value": "a"}]


@pytest.mark.parametrize(
    "config", [MergeBranch("c2", "main"), MergeBranch(branch_from="c2", merge_to="main", on_conflict="ours")]
)
def test_a_config_survives_its_journey(config):
    import pickle

    from dolt_integrations.core import branch_from_dict

    assert branch_from_dict(config.to_dict()) == config
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - made here
