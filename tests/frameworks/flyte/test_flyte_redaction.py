"""The commit of a task that reads and writes tables of a URL with a password has none in its message and trailers."""

import logging

import pandas as pd
import pytest
from flytekit import task, workflow

from dolt_integrations.core import DoltMeta, read_table, write_table
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import run_sql

PARTS = ("Xy7", "Zk9")
ESCAPED = "Xy7%40%2F%3F%3A%20Zk9"


@task
def copied(table: DoltTable, to: str) -> DoltTable:
    config = DoltConfig(table.config.db_path, to, meta_conf=DoltMeta(table.config.db_path, "actions"))
    return DoltTable(config, table.data.assign(n=1))


@workflow
def copied_twice(table: DoltTable) -> DoltTable:
    return copied(table=copied(table=table, to="u"), to="v")


@pytest.fixture
def secret(database):
    run_sql(database, "CREATE USER keeper@'%' IDENTIFIED BY 'Xy7@/?: Zk9'", "GRANT ALL ON *.* TO keeper@'%'")
    yield database.replace("root@", f"keeper:{ESCAPED}@")
    run_sql(database, "DROP USER keeper@'%'")


def test_no_commit_or_record_of_a_workflow_has_the_password(secret, database, caplog):
    caplog.set_level(logging.DEBUG)
    write_table(secret, "t", pd.DataFrame({"id": [1, 2]}))

    result = copied_twice(table=DoltTable(DoltConfig(secret, "t")))

    assert len(result.data) == 2
    messages = str(run_sql(database, "SELECT message FROM dolt_log"))
    assert "Flyte-Input" in messages
    kept = [messages, str(run_sql(database, "SELECT * FROM dolt_log")), read_table(database, "actions").data.to_csv()]
    assert not [part for part in (*PARTS, ESCAPED) for each in [*kept, repr(result), caplog.text] if part in each]
