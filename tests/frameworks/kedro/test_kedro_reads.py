"""What the nodes of a Kedro run read: the versions at which it began, and what it has written itself."""

from kedro.pipeline import node

from dolt_integrations.core import NewBranch, history, read_table, write_table
from dolt_integrations.kedro import DoltRunHooks, DoltTableDataset
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import catalog, run_pipeline, table
from tests.helpers.frameworks.kedro_shop import KEY, NODES, USERS, rename, shop


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


def test_a_run_reads_what_it_wrote_under_a_name_in_another_case(database):
    io = shop(database, again=table(database, "RENAMED"))

    nodes = [NODES[0], node(lambda again, _: again, ["again", "renamed"], "big_users")]
    run_pipeline(nodes, io, DoltRunHooks())

    assert read_table(database, "big_users").data["name"].tolist() == ["ANN", "BOB", "CY"]


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
