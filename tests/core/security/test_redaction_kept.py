"""No password of a URL stays in the database or the log: commits, rows of `DoltMeta`, log records."""

import logging

import pandas as pd
import pytest

from dolt_integrations.core import (
    CallbackMeta,
    DoltMeta,
    MergeBranch,
    Transaction,
    history,
    read_table,
    save,
    write_table,
)
from tests.conftest import run_sql

PARTS = ("Xy7", "Zk9")
ESCAPED = "Xy7%40%2F%3F%3A%20Zk9"
ROWS = pd.DataFrame({"id": [1, 2], "s": ["a", "b"]})


@pytest.fixture
def secret(database):
    """The URL of a database, with a password of characters that a URL has to escape."""
    run_sql(database, "CREATE USER keeper@'%' IDENTIFIED BY 'Xy7@/?: Zk9'", "GRANT ALL ON *.* TO keeper@'%'")
    yield database.replace("root@", f"keeper:{ESCAPED}@")
    run_sql(database, "DROP USER keeper@'%'")


def in_a_block(url):
    with Transaction(url, "main") as block:
        block.write("t", ROWS, primary_key="id")


def from_a_file(url, tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    save(url, "t", tmp_path / "rows.csv")


SAVES = {
    "few": lambda url, _: write_table(url, "t", ROWS, meta_conf=[DoltMeta(url, "actions")]),
    "append": lambda url, _: write_table(url, "t", ROWS, mode="append"),
    "merge": lambda url, _: write_table(url, "t", ROWS, branch_conf=MergeBranch("main", "main")),
    "transaction": lambda url, _: in_a_block(url),
    "file": from_a_file,
}


@pytest.mark.parametrize("how", SAVES.values(), ids=SAVES)
def test_no_commit_row_or_log_record_of_a_save_has_the_password(how, secret, database, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    actions = []

    how(secret, tmp_path)
    read_table(secret, "t", meta_conf=[DoltMeta(secret, "actions"), CallbackMeta(actions.append)])

    kept = [
        run_sql(database, "SELECT * FROM dolt_log"),
        run_sql(database, "SELECT * FROM dolt_branches"),
        read_table(database, "actions").data.to_csv(),
        history(database, "t").to_csv(),
        actions,
        [record.getMessage() for record in caplog.records],
        caplog.text,
    ]
    assert not [part for part in (*PARTS, ESCAPED) for each in kept if part in str(each)]
