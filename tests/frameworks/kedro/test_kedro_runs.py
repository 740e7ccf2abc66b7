"""Runs of Kedro with `DoltRunHooks`: all outputs land in one commit, or none."""

import threading

import pandas as pd
import pytest
from kedro.io.core import DatasetError
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner, ThreadRunner

from dolt_integrations import errors
from dolt_integrations.core import history, read_table, write_table
from dolt_integrations.kedro import DoltRunHooks
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import catalog, cause_of, run_pipeline, table
from tests.helpers.frameworks.kedro_shop import KEY, NODES, USERS, fail, rename, shop, tables_of


@pytest.mark.parametrize("runner", [SequentialRunner(), SequentialRunner(is_async=True), ThreadRunner()])
def test_all_outputs_of_a_run_land_in_one_commit(database, runner):
    io = shop(database)
    before = history(database)

    run_pipeline(NODES, io, DoltRunHooks(), runner)

    assert len(history(database)) == len(before) + 1
    assert read_table(database, "big_users").data["name"].tolist() == ["BOB", "CY"]
    assert io["big_users"].resolve_load_version() == history(database)["commit"].iloc[0]
    assert {name for (name,) in run_sql(database, "select name from dolt_branches")} == {"main"}


def test_a_run_that_fails_leaves_nothing(database):
    io = shop(database)
    before = run_sql(database, "select commit_hash from dolt_log"), tables_of(database)

    with pytest.raises(RuntimeError, match="fails"):
        run_pipeline([*NODES, node(fail, "big_users", "nothing", name="fail")], io, DoltRunHooks())

    assert (run_sql(database, "select commit_hash from dolt_log"), tables_of(database)) == before
    assert {name for (name,) in run_sql(database, "select name from dolt_branches")} == {"main"}
    run_pipeline(NODES, io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")
    assert "big_users" in tables_of(database)


def test_a_save_that_fails_leaves_nothing(database):
    def broken(users):
        return users.assign(count=float("inf"))

    with pytest.raises(DatasetError, match="inf") as error:
        run_pipeline([*NODES, node(broken, "big_users", "out")], shop(database), DoltRunHooks())

    assert isinstance(cause_of(error), errors.UnsupportedValueError)
    assert tables_of(database) == {"users"}


def test_a_branch_of_a_run_is_made_with_the_run(database):
    write_table(database, "users", USERS, primary_key="id")
    branch = {"type": "NewBranch", "branch": "run/1", "base": "main"}
    io = catalog(**{name: table(database, name, branch=branch, **KEY) for name in ("users", "renamed", "big_users")})

    run_pipeline(NODES, io, DoltRunHooks())

    assert tables_of(database, "run/1") == {"users", "renamed", "big_users"}
    assert tables_of(database) == {"users"}


def test_a_branch_of_a_run_that_is_there_goes_on_from_where_it_is(database):
    write_table(database, "users", USERS, primary_key="id")
    branch = {"type": "NewBranch", "branch": "run/1", "base": "main"}
    io = catalog(**{name: table(database, name, branch=branch, **KEY) for name in ("users", "renamed", "big_users")})
    run_pipeline(NODES, io, DoltRunHooks())
    before = history(database, branch_conf="run/1")

    run_pipeline(NODES, io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")

    assert history(database, branch_conf="run/1").equals(before)


def test_a_run_that_changes_nothing_makes_no_commit(database):
    io = shop(database)
    run_pipeline(NODES, io, DoltRunHooks())
    before = history(database)

    run_pipeline(NODES, io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")

    assert history(database).equals(before)


def test_others_rows_are_merged_and_a_conflict_lands_nothing(database):
    io = shop(database, renamed=table(database, **KEY))
    changed = USERS.assign(name=["Ann", "Bob", "Cyd"])

    def meddle(users):
        write_table(database, "users", changed, primary_key="id")
        return users.assign(name=["Amy", "Bob", "Cy"])

    def conflict(users):
        write_table(database, "users", changed.assign(name=["Aaron", "Bob", "Cyd"]), primary_key="id")
        return users.assign(name=["Zoe", "Bob", "Cyd"])

    run_pipeline([node(meddle, "users", "renamed")], io, DoltRunHooks())
    merged = read_table(database, "users").data["name"].tolist()
    with pytest.raises(errors.MergeConflictError) as error:
        run_pipeline([node(conflict, "users", "renamed")], io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")

    assert merged == ["Amy", "Bob", "Cyd"]
    assert read_table(database, "users").data["name"].tolist() == ["Aaron", "Bob", "Cyd"]
    assert read_table(database, "users", branch_conf=error.value.branch).data["name"].tolist() == ["Zoe", "Bob", "Cyd"]


def test_an_audit_refuses_a_run(database):
    io = shop(database)

    with pytest.raises(errors.AuditError):
        run_pipeline(NODES, io, DoltRunHooks(audit=lambda run: len(run.read("big_users").data) > 2))

    assert tables_of(database) == {"users"}


def test_datasets_that_contradict_each_other_are_refused_before_anything_runs(database):
    merge = {"type": "MergeBranch", "branch_from": "main", "merge_to": "main"}
    io = shop(database, renamed=table(database, "renamed", branch=merge, **KEY))
    ran = []

    with pytest.raises(errors.ConfigError, match="'big_users' and 'renamed'"):
        run_pipeline([node(ran.append, "users", "renamed"), NODES[1]], io, DoltRunHooks())

    assert not ran
    assert len(io.load("users")) == 3


def test_a_first_run_makes_the_database(tmp_path):
    names = ("renamed", "big_users")
    io = catalog(**{name: table(tmp_path / "new", name, **KEY) for name in names})
    io["users"] = USERS

    run_pipeline(NODES, io, DoltRunHooks(author="Ann <ann@example.com>"))

    assert history(tmp_path / "new")["author"].tolist()[0] == "Ann"
    assert len(history(tmp_path / "new")) == 2


def test_a_run_with_the_write_id_of_a_dataset_lands_once(database):
    io = shop(database, renamed=table(database, "renamed", save_args={"mode": "append", "write_id": "daily"}))

    for at in (1, 2):
        run_pipeline(NODES[:1], io, DoltRunHooks(), run_id=f"2026-11-26T05.4{at}.00.123Z")

    assert len(read_table(database, "renamed").data) == 3


def test_a_run_that_is_refused_on_one_branch_leaves_nothing_of_the_others(database):
    io = shop(database, big_users=table(database, "big_users", branch="side"))
    run_sql(database, "CALL DOLT_BRANCH('side')")
    with pytest.raises(errors.AuditError):
        run_pipeline(NODES, io, DoltRunHooks(audit=lambda run: False))

    left = [name for (name,) in run_sql(database, "select name from dolt_branches")]
    assert [name for name in left if "/kept/" not in name] == ["main", "side"]
    assert len(left) == 3
    assert tables_of(database) == tables_of(database, "side") == {"users"}


def test_threads_that_append_to_one_table_lose_no_row(database):
    meet = threading.Barrier(4)
    entry = table(database, "orders", save_args={"primary_key": "id", "mode": "append"})

    def part(at):
        def make(_):
            meet.wait()
            return pd.DataFrame({"id": [10 * at, 10 * at + 1]})

        return node(make, "seed", f"part{at}_orders", name=f"part{at}")

    for at, hooks in enumerate((DoltRunHooks(), DoltRunHooks(transaction=False))):
        write_table(database, "orders", pd.DataFrame({"id": [100 + at]}), primary_key="id", mode="append")
        io = catalog(**{"{part}_orders": entry})
        io["seed"] = 1
        run_pipeline([part(4 * at + number) for number in range(4)], io, hooks, ThreadRunner(max_workers=4))

    expected = {10 * at + more for at in range(8) for more in (0, 1)} | {100, 101}
    assert set(read_table(database, "orders").data["id"]) == expected


def test_a_first_run_clones_the_remote_of_its_datasets(tmp_path):
    remote = (tmp_path / "remote").as_uri()
    write_table(tmp_path / "theirs", "users", USERS, primary_key="id", remote_conf=remote)
    entries = {name: table(tmp_path / "ours", name, remote=remote, **KEY) for name in ("users", "renamed")}

    run_pipeline(NODES[:1], catalog(**entries), DoltRunHooks())

    pushed = read_table(tmp_path / "theirs", "renamed", remote_conf=remote).data
    assert pushed["name"].tolist() == ["ANN", "BOB", "CY"]


def test_datasets_that_name_one_branch_in_several_ways_are_one_transaction(database):
    append = {"type": "AppendBranch", "branch": "main"}
    renamed = table(database, "renamed", branch="main", **KEY)
    io = shop(database, renamed=renamed, big_users=table(database, "big_users", branch=append, **KEY))
    before = history(database)

    run_pipeline(NODES, io, DoltRunHooks())

    assert len(history(database)) == len(before) + 1


def test_what_an_interrupted_run_has_left_is_gone_when_the_next_one_of_the_thread_begins(database):
    hooks, io = DoltRunHooks(), shop(database)
    flow = Pipeline(NODES)
    hooks.before_pipeline_run({"run_id": "interrupted", "project_path": "shop"}, flow, io)
    io.save("renamed", USERS)  # and Ctrl-C, for which Kedro calls no hook
    private = {name for (name,) in run_sql(database, "select name from dolt_branches")} - {"main"}

    run_pipeline(NODES[1:], shop(database, renamed=table(database, "users", **KEY)), hooks)

    left = {name for (name,) in run_sql(database, "select name from dolt_branches")}
    assert private
    assert not private & left
    assert "renamed" not in tables_of(database)


def test_runs_of_two_threads_do_not_end_each_other(database):
    hooks, io, other = DoltRunHooks(), shop(database), shop(database)

    def run_another(users):
        thread = threading.Thread(
            target=run_pipeline, args=([node(rename, "users", "out")], other, hooks), kwargs={"run_id": "other"}
        )
        thread.start()
        thread.join()
        return users

    run_pipeline([node(run_another, "users", "renamed")], io, hooks, run_id="one")

    assert {"one", "other"} <= set(history(database)["execution_id"])


def test_options_of_a_transaction_are_refused_without_one():
    with pytest.raises(errors.ConfigError, match="audit, or transaction=False"):
        DoltRunHooks(transaction=False, audit=len)


def test_the_log_names_the_branch_on_which_a_run_has_landed_if_another_refuses_it(database, caplog):
    io = shop(database, big_users=table(database, "big_users", branch="side"))
    run_sql(database, "CALL DOLT_BRANCH('side')")
    answers = iter([True, False])

    with pytest.raises(errors.AuditError):
        run_pipeline(NODES, io, DoltRunHooks(audit=lambda run: next(answers)))

    changed = [branch for branch in ("main", "side") if len(tables_of(database, branch)) == 2]
    assert len(changed) == 1
    assert f"has landed only on {changed[0]} (" in caplog.text


def test_a_run_without_datasets_of_dolt_runs(database):
    io = catalog(numbers={"type": "MemoryDataset", "data": [1]}, doubled={"type": "MemoryDataset"})

    run_pipeline([node(lambda numbers: numbers * 2, "numbers", "doubled")], io, DoltRunHooks())

    assert io.load("doubled") == [1, 1]
