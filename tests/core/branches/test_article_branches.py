"""What the article "Workflow Managers" says of branches and metadata, sentence by sentence."""

import pandas as pd
import pytest

from dolt_integrations.core import (
    AppendBranch,
    CallbackMeta,
    DoltMeta,
    MergeBranch,
    NewBranch,
    read_table,
    write_table,
)
from tests.conftest import run_sql

FIRST = pd.DataFrame({"c": [1, 2], "value": ["a", "b"]})


class Logger:
    """The article's `logger`, which collects what it is given."""

    def __init__(self):
        self.lines = []

    def log(self, line):
        self.lines.append(line)


@pytest.fixture
def logger():
    return Logger()


@pytest.fixture
def doltdb(database):
    """The article's database: `c2` and `new` are at the commit of table `bar`, and `master` has a later one."""
    write_table(database, "bar", FIRST, primary_key="c")
    run_sql(database, "CALL DOLT_TAG('c2')", "CALL DOLT_BRANCH('master')", "CALL DOLT_BRANCH('new')")
    write_table(database, "bar", FIRST.assign(value=["a", "B"]), branch_conf=AppendBranch(branch="master"))
    return database


def rows(url, revision):
    return run_sql(url, "SELECT * FROM bar", revision=revision)


def test_branches_are_created_from_specific_commits_and_progress_independently(doltdb):
    commit = run_sql(doltdb, "SELECT HASHOF('c2')")[0][0]

    for name, value in (("one", "x"), ("two", "y")):
        write_table(doltdb, "bar", FIRST.assign(value=value), branch_conf=NewBranch(name, base=commit))

    assert (rows(doltdb, "one"), rows(doltdb, "two")) == ([(1, "x"), (2, "x")], [(1, "y"), (2, "y")])
    assert rows(doltdb, "c2") == [(1, "a"), (2, "b")]


def test_loading_only_requires_a_branch_or_a_commit(doltdb):
    commit = run_sql(doltdb, "SELECT HASHOF('c2')")[0][0]

    assert read_table(doltdb, "bar", branch_conf=AppendBranch("new")).data.equals(FIRST)
    assert read_table(doltdb, "bar", as_of=commit).data.equals(FIRST)
    assert read_table(doltdb, "bar", branch_conf=AppendBranch("master")).data["value"].tolist() == ["a", "B"]


def test_the_easiest_way_to_save_is_a_new_commit_on_a_branch(doltdb):
    br_conf = AppendBranch(branch="master")

    version = write_table(doltdb, "bar", FIRST.head(1), branch_conf=br_conf)

    assert run_sql(doltdb, "SELECT HASHOF('master')") == [(version.commit,)]
    assert run_sql(doltdb, "SELECT COUNT(*) FROM dolt_log('master')") == [(4,)]


def test_parallel_branching_overwrites_the_table_at_c2_and_merges_back_to_master(doltdb):
    br_conf = MergeBranch(branch_from="c2", merge_to="master")

    version = write_table(doltdb, "bar", FIRST.assign(value=["A", "b"]), branch_conf=br_conf)

    assert version.branch == "master"
    assert rows(doltdb, "master") == [(1, "A"), (2, "B")]
    assert rows(doltdb, "new") == [(1, "a"), (2, "b")]


def test_workflow_managers_track_executions_times_inputs_and_outputs(doltdb, logger):
    meta_conf = CallbackMeta(fn=lambda x: logger.log(x))

    loaded = read_table(doltdb, "bar", branch_conf=AppendBranch("new"), meta_conf=meta_conf)
    saved = write_table(doltdb, "out", loaded.data, meta_conf=meta_conf, message="Run: Flow/5")

    load, save = logger.lines
    assert (load.kind, load.tablename, load.to_commit) == ("load", "bar", loaded.version.commit)
    assert (save.kind, save.tablename, save.to_commit, save.context_id) == ("save", "out", saved.commit, "Flow/5")
    assert load.timestamp <= save.timestamp


def test_metadata_can_be_recorded_in_dolt_and_leads_from_the_data_to_its_execution(doltdb):
    meta_conf = DoltMeta(doltdb, "actions", branch="metadata")

    version = write_table(doltdb, "bar", FIRST.head(1), meta_conf=meta_conf, message="Run: Flow/5")

    wrote = read_table(
        doltdb,
        sql=f"SELECT context_id FROM actions WHERE to_commit = '{version.commit}'",
        branch_conf=AppendBranch("metadata"),
    )
    assert wrote.data["context_id"].tolist() == ["Flow/5"]


def test_a_table_can_be_compared_to_know_whether_a_workflow_has_to_run_again(doltdb):
    before = read_table(doltdb, "bar").version
    write_table(doltdb, "other", FIRST)
    unchanged = read_table(doltdb, "bar").version
    write_table(doltdb, "bar", FIRST.head(1))

    assert unchanged.table_hash == before.table_hash
    assert read_table(doltdb, "bar").version.table_hash != before.table_hash


def test_putting_it_all_together_column_c_is_the_key_and_the_commit_updates_master_by_a_merge(doltdb, logger):
    write_table(
        doltdb,
        "bar",
        FIRST.assign(value=["A", "b"]),
        primary_key=["c"],
        branch_conf=MergeBranch(branch_from="c2", merge_to="master"),
        meta_conf=CallbackMeta(fn=lambda x: logger.log(x)),
    )

    assert rows(doltdb, "master") == [(1, "A"), (2, "B")]
    assert run_sql(doltdb, "SHOW KEYS FROM bar", revision="master")[0][4] == "c"
    assert [action.branch for action in logger.lines] == ["master"]
    assert (logger.lines[0].rows_added, logger.lines[0].rows_modified) == (0, 1)
