"""Nodes of Kedro that yield: their chunks are one table, and their files do not replace each other."""

import contextlib

import pytest
from kedro.io.core import DatasetError
from kedro.pipeline import node

from dolt_integrations import errors
from dolt_integrations.core import read_table
from dolt_integrations.kedro import DoltRunHooks
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import cause_of, run_pipeline, table
from tests.helpers.frameworks.kedro_shop import USERS, shop, tables_of


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
