"""What the engine asks, of a server whose answers are nonsense: a value, or an error of ours."""

import datetime

import pytest
from pymysql.constants import FIELD_TYPE

from dolt_integrations.engine import Author, describe_table, fetch, find_table, open_database
from dolt_integrations.engine.session import server
from dolt_integrations.engine.tables import contents, describe
from dolt_integrations.engine.tables.definitions import schema
from dolt_integrations.engine.tables.definitions.unique_keys import unique_keys
from dolt_integrations.engine.tables.preview import preview
from dolt_integrations.engine.versions import (
    branches,
    commits,
    heads,
    log,
    merges,
    references,
    remotes,
    revisions,
    state,
    tags,
    working_set,
)
from dolt_integrations.engine.versions.diffs import diff, hashes, incremental
from dolt_integrations.errors import DoltError
from tests.conftest import run_sql
from tests.helpers.servers.liar import lying

NEVER = 10**9
BIRTH = datetime.datetime(2015, 1, 1)
LIES = {
    "no rows": lambda columns, rows: (columns, []),
    "NULL": lambda columns, rows: (columns, [[None] * len(columns) for _ in rows or [()]]),
    "bytes": lambda columns, rows: (columns, [[b"\xff\xfe"] * len(columns) for _ in rows or [()]]),
    "words": lambda columns, rows: (columns, [[b"word"] * len(columns) for _ in rows or [()]]),
    "twice": lambda columns, rows: (columns, rows * 2),
    "a column less": lambda columns, rows: (columns[1:], [row[1:] for row in rows]),
    "65,535 digits": lambda columns, rows: (
        [each[:-10] + b"\xff\xff\0\0" + bytes([FIELD_TYPE.NEWDECIMAL]) + each[-5:] for each in columns],
        rows,
    ),
    "a column more": lambda columns, rows: (columns + columns[:1], [row + row[:1] for row in rows]),
}
ASKED = {
    "branch state": state.branch_state,
    "branches": heads.branches,
    "branches below": lambda session: branches.branches_below(session, "m", 5),
    "changed tables": lambda session: merges.changed_tables(session, "HEAD~1", "HEAD"),
    "changes": lambda session: commits.count_changes(session, "HEAD~1", "HEAD", "t"),
    "columns of a query": lambda session: describe.describe_query(session, "SELECT id + 1.5 AS n, name FROM t"),
    "commit at": lambda session: revisions.commit_at(session, BIRTH, heads.commit_of(session, "HEAD")),
    "conflicted tables": merges.conflicted_tables,
    "conflicts": merges.conflicts,
    "count of rows": lambda session: contents.row_count(session, "t"),
    "database's head": lambda session: heads.find_head(session, None),
    "definition": lambda session: schema.definition(session, "t"),
    "hash": lambda session: hashes.table_hash(session, "t"),
    "head": commits.head,
    "heads": branches.branch_heads,
    "is an ancestor": lambda session: log.is_ancestor(session, "HEAD~1", "HEAD"),
    "largest number": lambda session: contents.largest_number(session, "t", "id"),
    "list of branches": heads.find_branches,
    "log": lambda session: log.log(session, "HEAD"),
    "log of a table": lambda session: log.log(session, "HEAD", "t"),
    "log's newest": lambda session: log.newest(session, heads.commit_of(session, "HEAD"), 2),
    "merge base": lambda session: remotes.merge_base(session, "HEAD", "HEAD~1"),
    "parents": lambda session: commits.parents(session, "HEAD"),
    "preview": lambda session: preview(session, "t", describe_table(session, "t").columns, 3),
    "references": lambda session: state.referring_tables(session, "t"),
    "remotes": remotes.remotes,
    "remotes' branches": lambda session: remotes.remote_branches(session, "origin"),
    "revision": lambda session: revisions.resolve(session, "HEAD~1"),
    "rows": lambda session: fetch(session, "SELECT * FROM t", describe_table(session, "t").columns, fast=False),
    "schema": lambda session: find_table(session, "t"),
    "server's time": server.server_time,
    "server's version": server.server_version,
    "state of a table": lambda session: state.branch_and_table(session, "t"),
    "status": working_set.status,
    "step": lambda session: incremental.find_step(session, "t", "HEAD~1", "x" * 32),
    "tags": tags.find_tags,
    "triggers": lambda session: schema.has_triggers(session, "t"),
    "uncommitted tables": working_set.uncommitted_tables,
    "unique keys": lambda session: unique_keys(session, "t"),
    "verified references": lambda session: references.breaks_a_reference(session, "t"),
    "version of a table": lambda session: diff.find_version_of(session, "t"),
    "written": lambda session: commits.commit(session, "nothing", Author("A", "a@b.c")),
}


@pytest.fixture(scope="module")
def lied(shared_server):
    """A database with some of all that is asked, through a server that lies on demand."""
    run_sql(shared_server.url, "CREATE DATABASE lied")
    url = shared_server.url.removesuffix("shared") + "lied"
    run_sql(
        url,
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(9) UNIQUE, up INT, FOREIGN KEY (up) REFERENCES t (id))",
        "CREATE TRIGGER note BEFORE INSERT ON t FOR EACH ROW SET NEW.name = 'x'",
        "CALL DOLT_COMMIT('-Am', 'table')",
        "INSERT INTO t VALUES (1, 'a', NULL)",
        "CALL DOLT_COMMIT('-Am', 'rows')",
        "CALL DOLT_TAG('v1')",
        "CALL DOLT_REMOTE('add', 'origin', 'file:///nowhere')",
        "CREATE TABLE u (id INT)",
    )
    port = int(url.rpartition(":")[2].partition("/")[0])
    with lying(port, None, NEVER, NEVER) as liar, open_database(url.replace(f":{port}/", f":{liar.port}/")) as database:
        yield liar, database
    run_sql(shared_server.url, "DROP DATABASE lied")


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_nonsense_is_a_value_or_an_error_of_ours(ask, lied, monkeypatch):
    liar, database = lied
    monkeypatch.setattr(schema, "_MOST_KNOWN", 0)  # otherwise each definition would be read once
    found = []
    for lie in LIES.values():
        for at in (0, 1):
            with database.connect() as session:
                liar.lie, liar.first, liar.last = lie, liar.results + at, liar.results + at
                try:
                    ask(session)
                except DoltError as error:
                    found.append(error)
                finally:
                    liar.first = liar.last = NEVER

    assert found
