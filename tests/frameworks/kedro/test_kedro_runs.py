"""Runs of Kedro with `DoltRunHooks`: all outputs land in one commit, or none."""

import contextlib
import re
import subprocess
import threading

import pandas as pd
import pytest
from kedro.io.core import DatasetError
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner, ThreadRunner

from dolt_integrations import errors
from dolt_integrations.core import CallbackMeta, NewBranch, history, read_table, write_table
from dolt_integrations.core.provenance.inputs import inputs_of
from dolt_integrations.kedro import DoltRunHooks, DoltTableDataset, lineage, origin
from dolt_integrations.kedro.origin import git_commit
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import catalog, cause_of, run_pipeline, table
from tests.helpers.servers.hostile import hostile

USERS = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"], "count": [4, 6, 9]})
KEY = {"save_args": {"primary_key": "id"}}


def rename(users):
    return users.assign(name=users["name"].str.upper())


def big(users):
    return users[users["count"] > 5]


def fail(users):
    raise RuntimeError("a node that fails")


NODES = [
    node(rename, "users", "renamed", name="rename"),
    node(big, "renamed", "big_users", name="filter"),
]


def shop(database, **entries):
    """Return a catalog of three tables, the first of which is there, with other entries."""
    write_table(database, "users", USERS, primary_key="id")
    tables = {name: table(database, name, **KEY) for name in ("users", "renamed", "big_users", "out")}
    return catalog(**{**tables, **entries})


def tables_of(database, branch="main"):
    return {name for (name,) in run_sql(database, "show tables", revision=branch)}


@pytest.mark.parametrize("runner", [SequentialRunner(), SequentialRunner(is_async=True), ThreadRunner()])
def test_all_outputs_of_a_run_land_in_one_commit(database, runner):
    io = shop(database)
    before = history(database)

    run_pipeline(NODES, io, DoltRunHooks(), runner)

    assert len(history(database)) == len(before) + 1
    assert read_table(database, "big_users").data["name"].tolist() == ["BOB", "CY"]
    assert io["big_users"].resolve_load_version() == history(database)["commit"].iloc[0]
    assert {name for (name,) in run_sql(database, "select name from dolt_branches")} == {"main"}


def test_the_commit_names_run_pipeline_nodes_inputs_and_the_git_commit(database, tmp_path):
    for command in (
        ["init", "-q"],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "a", "--allow-empty"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    head = subprocess.run(["git", "-C", str(tmp_path), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    io = shop(database)
    read = history(database)["commit"].iloc[0]

    run_pipeline(NODES, io, DoltRunHooks(), project=tmp_path)

    assert history(database)["message"].iloc[0].splitlines() == [
        "Kedro run: 2026-11-26T05.41.00.123Z",
        "",
        f"Kedro-Project: {tmp_path.name}",
        "Kedro-Pipeline: __default__",
        "Kedro-Node: rename",
        "Kedro-Node: filter",
        "Kedro-Output: renamed renamed rename",
        "Kedro-Output: big_users big_users filter",
        f"Kedro-Input: users {read} users {database} rename",
        f"Git-Commit: {head.stdout.strip()}",
    ]
    assert history(database)["execution_id"].iloc[0] == "2026-11-26T05.41.00.123Z"


def test_the_git_commit_says_if_the_code_differs_from_it(tmp_path):
    (tmp_path / "nodes.py").write_text("one")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    clean = git_commit(tmp_path)

    (tmp_path / "nodes.py").write_text("two")

    assert git_commit(tmp_path) == f"{clean} (modified)"


def test_a_commit_names_the_query_that_its_node_read(database):
    query = {"type": "dolt_integrations.kedro.DoltQueryDataset", "database": database, "sql": "select *\n from users"}
    io = shop(database, **{"all of them": query, "re named": table(database, "renamed")})
    read = history(database)["commit"].iloc[0]

    run_pipeline([node(rename, "all of them", "re named", name="rename_all")], io, DoltRunHooks())

    found = lineage(database)
    assert found[["node", "kind", "dataset", "table", "commit"]].to_numpy().tolist()[0] == [
        "rename_all", "read", "all of them", "select * from users", read,
    ]  # fmt: skip
    assert found[["node", "dataset", "table"]].to_numpy().tolist()[1] == ["rename_all", "re named", "renamed"]
    assert inputs_of(history(database)["message"].iloc[0])[0].what == "select * from users"


def test_a_commit_names_the_version_of_the_file_that_its_node_read(database, tmp_path):
    file = {**table(database), "type": "dolt_integrations.kedro.DoltFileDataset", "filepath": str(tmp_path / "u.csv")}
    io = shop(database, file=file)
    read = history(database)["commit"].iloc[0]

    run_pipeline([node(pd.read_csv, "file", "renamed", name="read")], io, DoltRunHooks())

    assert f"Kedro-Input: file {read} users {database} read" in history(database)["message"].iloc[0]


def test_a_commit_has_the_messages_of_the_datasets_that_were_saved(database):
    io = shop(database, renamed=table(database, "renamed", save_args={"message": "Names in capitals"}))

    run_pipeline(NODES, io, DoltRunHooks())

    assert history(database)["message"].iloc[0].splitlines()[2] == "Names in capitals"


def test_a_run_that_has_ended_leaves_no_record_of_its_reads(database):
    run_pipeline(NODES, shop(database), DoltRunHooks(), run_id="ended")

    assert [run for run, _ in origin._READ if run == "ended"] == []


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


def test_a_run_reads_what_was_there_when_it_began(database):
    io = shop(database)

    def meddle(users):
        write_table(database, "users", USERS.head(1), primary_key="id")
        return users

    nodes = [node(meddle, "users", "renamed"), node(lambda users, _: users, ["users", "renamed"], "big_users")]
    run_pipeline(nodes, io, DoltRunHooks())

    assert len(read_table(database, "big_users").data) == 3
    assert len(read_table(database, "users").data) == 1
    assert io.load("users").equals(USERS.head(1))


def test_a_query_of_a_run_sees_what_the_run_has_written(database):
    query = {
        "type": "dolt_integrations.kedro.DoltQueryDataset",
        "database": database,
        "sql": "select name from renamed",
    }
    io = shop(database, names=query)
    nodes = [node(rename, "users", "renamed"), node(len, "renamed", "count")]
    nodes.append(node(lambda names, count: names.assign(id=range(count)), ["names", "count"], "big_users"))

    run_pipeline(nodes, io, DoltRunHooks())

    assert read_table(database, "big_users").data["name"].tolist() == ["ANN", "BOB", "CY"]


def test_the_chunks_of_a_node_are_one_table(database):
    def chunks(users):
        for at in range(3):
            yield users.iloc[[at]]

    io = shop(database)
    run_pipeline([node(chunks, "users", "renamed")], io, DoltRunHooks())

    assert read_table(database, "renamed").data.equals(USERS)


@pytest.mark.parametrize(
    ("options", "again", "names"),
    [({"mode": "upsert"}, 1, ["Ann", "x", "x"]), ({"overwrite": True}, 2, ["Ann", "Bob", "x"])],
)
def test_the_chunks_of_a_node_are_written_as_the_catalog_says(options, again, names, database):
    def chunks(users):
        yield users.head(2)
        yield users.tail(len(users) - again).assign(name="x")

    io = shop(database, renamed=table(database, "renamed", save_args={"primary_key": "id", **options}))
    run_pipeline([node(chunks, "users", "renamed")], io, DoltRunHooks())

    assert read_table(database, "renamed").data["name"].tolist() == names


def test_a_run_reads_what_it_wrote_under_a_name_in_another_case(database):
    io = shop(database, again=table(database, "RENAMED"))

    nodes = [NODES[0], node(lambda again, _: again, ["again", "renamed"], "big_users")]
    run_pipeline(nodes, io, DoltRunHooks())

    assert read_table(database, "big_users").data["name"].tolist() == ["ANN", "BOB", "CY"]


def test_the_chunks_of_a_node_do_not_replace_each_other_without_a_transaction(database):
    def chunks(users):
        for at in range(3):
            yield users.iloc[[at]]

    io = shop(database)
    with pytest.raises(DatasetError, match="chunks") as error:
        run_pipeline([node(chunks, "users", "renamed")], io, DoltRunHooks(transaction=False))

    assert isinstance(cause_of(error), errors.ConfigError)
    assert tables_of(database) == {"users"}


@pytest.mark.parametrize("transaction", [True, False])
@pytest.mark.parametrize(("mode", "rows"), [("append", 2), ("replace", None)])
def test_files_that_a_node_yields_are_added_or_refused_but_do_not_replace_each_other(
    mode, rows, transaction, database, tmp_path
):
    def files(users):
        for at in range(2):
            path = tmp_path / f"{at}.csv"
            users.iloc[[at]].to_csv(path, index=False)
            yield path

    out = table(database, "out", filepath=str(tmp_path / "out.csv"), save_args={"primary_key": "id", "mode": mode})
    io = shop(database, out={**out, "type": "dolt_integrations.kedro.DoltFileDataset"})
    with (
        pytest.raises(DatasetError, match="would replace the previous one")
        if rows is None
        else contextlib.nullcontext()
    ):
        run_pipeline([node(files, "users", "out")], io, DoltRunHooks(transaction=transaction))

    assert run_sql(database, "select count(*) from `out`") == [(rows,)] if rows else "out" not in tables_of(database)


def test_without_a_transaction_each_save_is_a_commit_that_names_its_node(database):
    io = shop(database)

    run_pipeline(NODES, io, DoltRunHooks(transaction=False))

    nodes = [re.findall("Kedro-Node: (.*)", message) for message in history(database)["message"].iloc[:2]]
    assert nodes == [["filter"], ["rename"]]
    assert f"Kedro-Input: renamed {history(database)['commit'].iloc[1]}" in history(database)["message"].iloc[0]


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


def test_the_author_that_one_dataset_names_is_that_of_the_run_and_of_its_new_database(tmp_path):
    save_args = {"author": "Ann <ann@example.com>"}
    io = catalog(
        renamed=table(tmp_path / "new", "renamed", save_args=save_args), big_users=table(tmp_path / "new", "big_users")
    )
    io["users"] = USERS

    run_pipeline(NODES[:1], io, DoltRunHooks())
    run_pipeline(NODES, io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")

    assert history(tmp_path / "new")["author"].tolist() == ["Ann"] * 3


def test_a_run_with_the_write_id_of_a_dataset_lands_once(database):
    io = shop(database, renamed=table(database, "renamed", save_args={"mode": "append", "write_id": "daily"}))

    for at in (1, 2):
        run_pipeline(NODES[:1], io, DoltRunHooks(), run_id=f"2026-11-26T05.4{at}.00.123Z")

    assert len(read_table(database, "renamed").data) == 3


def test_a_run_on_a_merge_branch_reads_the_branch_that_it_merges_into(database):
    write_table(database, "users", USERS.head(1), primary_key="id")
    write_table(database, "users", USERS)
    branch = {"type": "MergeBranch", "branch_from": "main~1", "merge_to": "main"}
    io = catalog(**{name: table(database, name, branch=branch, **KEY) for name in ("users", "renamed")})

    run_pipeline(NODES[:1], io, DoltRunHooks())

    assert len(read_table(database, "renamed").data) == 3


def test_after_a_run_its_outputs_are_read_as_it_saved_them_and_its_inputs_anew(database):
    io = shop(database)
    run_pipeline(NODES[:1], io, DoltRunHooks())
    for name in ("users", "renamed"):
        write_table(database, name, USERS.head(1), primary_key="id")

    assert [len(io.load(name)) for name in ("users", "renamed")] == [1, 3]


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


def test_lineage_leads_from_a_run_to_what_it_read_and_to_the_runs_that_wrote_that(database):
    first, second = "2026-11-26T05.41.00.123Z", "2026-11-26T05.42.00.123Z"
    io = shop(database)
    run_pipeline(NODES[:1], io, DoltRunHooks(), run_id=first)
    run_pipeline(NODES[1:], io, DoltRunHooks(), run_id=second)
    write_table(database, "renamed", USERS, message="later, by others")

    found = lineage(database, second)

    assert found[["run", "node", "kind", "dataset", "table", "written_by"]].to_numpy().tolist() == [
        [second, "filter", "read", "renamed", "renamed", first],
        [second, "filter", "write", "big_users", "big_users", second],
    ]
    assert lineage(database)["run"].unique().tolist() == [second, first]
    assert lineage(database)["written_by"].isna().sum() == 1
    with pytest.raises(errors.RunNotFoundError, match=second):
        lineage(database, "2026-11-26")


def test_lineage_keeps_the_password_from_a_server_that_only_a_commit_names(tmp_path, monkeypatch, caplog):
    database = tmp_path / "shop"  # which needs no password
    write_table(database, "users", USERS)
    with hostile() as server:
        inputs = f"Kedro-Input: users {history(database)['commit'].iloc[0]} users {server.url} make"
        write_table(database, "out", USERS, message=f"Kedro run: 7\n\n{inputs}\nKedro-Output: out out make")
        assert lineage(database)["written_by"].isna().tolist() == [True, False]
        sent_without = set(server.passwords)
        monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")
        lineage(database)

    assert set(server.passwords) == sent_without
    assert "cannot find out who wrote users" in caplog.text


def test_a_first_run_clones_the_remote_of_its_datasets(tmp_path):
    remote = (tmp_path / "remote").as_uri()
    write_table(tmp_path / "theirs", "users", USERS, primary_key="id", remote_conf=remote)
    entries = {name: table(tmp_path / "ours", name, remote=remote, **KEY) for name in ("users", "renamed")}

    run_pipeline(NODES[:1], catalog(**entries), DoltRunHooks())

    pushed = read_table(tmp_path / "theirs", "renamed", remote_conf=remote).data
    assert pushed["name"].tolist() == ["ANN", "BOB", "CY"]


def test_a_branch_that_is_only_read_is_read_as_it_was_when_the_run_began(database):
    io = shop(database, old=table(database, "users", branch="old"))
    run_sql(database, "CALL DOLT_BRANCH('old')")

    def meddle(users):
        write_table(database, "users", USERS.head(1), branch_conf="old")
        return users

    nodes = [node(meddle, "users", "renamed"), node(lambda users, _: users, ["old", "renamed"], "big_users")]
    run_pipeline(nodes, io, DoltRunHooks())

    assert len(read_table(database, "big_users").data) == 3
    assert len(io.load("old")) == 1


def test_a_dataset_of_an_old_version_reads_it_though_the_run_writes_the_table(database):
    io = shop(database, old=table(database, "users", load_args={"as_of": "main~1"}))
    write_table(database, "users", USERS.head(2), primary_key="id")

    nodes = [node(lambda old: old.head(1), "old", "users"), node(lambda old, _: old, ["old", "users"], "renamed")]
    run_pipeline(nodes, io, DoltRunHooks())

    assert [len(read_table(database, name).data) for name in ("users", "renamed")] == [1, 3]


def test_a_version_that_a_node_asks_for_is_read_though_the_run_reads_another(database):
    io = shop(database)
    first = history(database)["commit"].iloc[0]
    write_table(database, "users", USERS.head(2), primary_key="id", branch_conf=NewBranch("side"))
    io["side"] = DoltTableDataset(database, "users", branch="side")
    loads = []

    def load(_):
        loads.extend([len(io.load("side")), len(io.load("side", version=first))])
        return USERS

    run_pipeline([node(load, "side", "renamed")], io, DoltRunHooks())

    assert loads == [2, 3]


def test_hooks_of_a_dataset_record_no_commit_that_only_the_run_can_read(database):
    seen = []
    io = shop(database)
    io["renamed"] = DoltTableDataset(database, "renamed", hooks=CallbackMeta(seen.append))

    run_pipeline(NODES, io, DoltRunHooks())
    assert {(action.kind, action.to_commit) for action in seen} == {("save", history(database)["commit"].iloc[0])}

    io.load("renamed")
    assert seen[-1].kind == "load"


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
    io.save("renamed", USERS)  # and Ctrl-C, of which Kedro tells no hook
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


def test_a_save_after_a_refused_run_does_not_name_it(database):
    ann, bob = ({"author": f"{name} <{name}@example.com>"} for name in ("Ann", "Bob"))
    renamed, big_users = table(database, "renamed", save_args=ann), table(database, "big_users", save_args=bob)
    io = shop(database, renamed=renamed, big_users=big_users)
    with pytest.raises(errors.ConfigError, match="author"):
        run_pipeline(NODES, io, DoltRunHooks())

    io.save("renamed", USERS)

    assert "Kedro-Node" not in history(database)["message"].iloc[0]


def test_options_of_a_transaction_are_refused_without_one():
    with pytest.raises(errors.ConfigError, match="audit, or transaction=False"):
        DoltRunHooks(transaction=False, audit=len)


def test_a_run_that_lands_by_a_merge_is_in_the_lineage_once(database):
    io = shop(database)

    def meddle(users):
        write_table(database, "out", USERS, primary_key="id")
        return users

    run_pipeline([node(meddle, "users", "renamed")], io, DoltRunHooks())

    found = lineage(database)
    assert found[["kind", "table"]].to_numpy().tolist() == [["read", "users"], ["write", "renamed"]]
    assert found["commit"].iloc[1] == history(database)["commit"].iloc[0]
