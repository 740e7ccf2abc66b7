"""What the commits of Kedro's runs name, and the lineage that is made of it."""

import re
import subprocess

import pandas as pd
import pytest
from kedro.pipeline import node

from dolt_integrations import errors
from dolt_integrations.core import CallbackMeta, history, write_table
from dolt_integrations.core.provenance.inputs import inputs_of
from dolt_integrations.kedro import DoltRunHooks, DoltTableDataset, lineage, origin
from dolt_integrations.kedro.origin import git_commit, inputs_in, outputs_in
from tests.helpers.frameworks.catalogs import catalog, run_pipeline, table
from tests.helpers.frameworks.kedro_shop import NODES, USERS, rename, shop
from tests.helpers.servers.hostile import hostile


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

    (tmp_path / "notes.txt").write_text("not in Git")
    assert git_commit(tmp_path) == clean
    (tmp_path / "nodes.py").write_text("two")

    assert git_commit(tmp_path) == f"{clean} (modified)"


def test_trailers_that_others_wrote_differently_name_nothing():
    message = "Kedro run: 7\n\nKedro-Output: users\nKedro-Input: users abc"

    assert (outputs_in(message), inputs_in(message)) == ([], [])


def test_a_machine_without_git_names_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert git_commit(tmp_path) is None


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


def test_without_a_transaction_each_save_is_a_commit_that_names_its_node(database):
    io = shop(database)

    run_pipeline(NODES, io, DoltRunHooks(transaction=False))

    nodes = [re.findall("Kedro-Node: (.*)", message) for message in history(database)["message"].iloc[:2]]
    assert nodes == [["filter"], ["rename"]]
    assert f"Kedro-Input: renamed {history(database)['commit'].iloc[1]}" in history(database)["message"].iloc[0]


def test_the_author_that_one_dataset_names_is_that_of_the_run_and_of_its_new_database(tmp_path):
    save_args = {"author": "Ann <ann@example.com>"}
    io = catalog(
        renamed=table(tmp_path / "new", "renamed", save_args=save_args), big_users=table(tmp_path / "new", "big_users")
    )
    io["users"] = USERS

    run_pipeline(NODES[:1], io, DoltRunHooks())
    run_pipeline(NODES, io, DoltRunHooks(), run_id="2026-11-26T05.42.00.123Z")

    assert history(tmp_path / "new")["author"].tolist() == ["Ann"] * 3


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


def test_hooks_of_a_dataset_record_no_commit_that_only_the_run_can_read(database):
    seen = []
    io = shop(database)
    io["renamed"] = DoltTableDataset(database, "renamed", hooks=CallbackMeta(seen.append))

    run_pipeline(NODES, io, DoltRunHooks())
    assert {(action.kind, action.to_commit) for action in seen} == {("save", history(database)["commit"].iloc[0])}

    io.load("renamed")
    assert seen[-1].kind == "load"


def test_a_save_after_a_refused_run_does_not_name_it(database):
    ann, bob = ({"author": f"{name} <{name}@example.com>"} for name in ("Ann", "Bob"))
    renamed, big_users = table(database, "renamed", save_args=ann), table(database, "big_users", save_args=bob)
    io = shop(database, renamed=renamed, big_users=big_users)
    with pytest.raises(errors.ConfigError, match="author"):
        run_pipeline(NODES, io, DoltRunHooks())

    io.save("renamed", USERS)

    assert "Kedro-Node" not in history(database)["message"].iloc[0]


def test_a_run_that_lands_by_a_merge_is_in_the_lineage_once(database):
    io = shop(database)

    def meddle(users):
        write_table(database, "out", USERS, primary_key="id")
        return users

    run_pipeline([node(meddle, "users", "renamed")], io, DoltRunHooks())

    found = lineage(database)
    assert found[["kind", "table"]].to_numpy().tolist() == [["read", "users"], ["write", "renamed"]]
    assert found["commit"].iloc[1] == history(database)["commit"].iloc[0]
