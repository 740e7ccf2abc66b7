"""One MySQL-protocol way to Dolt: servers, sessions, procedures, Arrow in bulk. It knows no frames and no framework.

- `versions`: Dolt's procedures and functions: branches, commits, merges, log, diff, remotes
- `tables`: schemas, writing and reading rows
- `server`: private servers, clones, the `dolt` program
- `session`: sessions, locks
- `wire`: the MySQL protocol
- `translation`: a server's errors to ours (`translation.rules`)
- `sql`: types (`sql.types`), literals, parameters
- `names`: locations, passwords, identifiers
- `protocol`: the names that the core may use
"""

from __future__ import annotations

from typing import TYPE_CHECKING

# It has to see every fork, so that a child knows what its parent has used.
from dolt_integrations.engine.session import forks as _forks  # noqa: F401
from dolt_integrations.lazy_names import lazy_names

if TYPE_CHECKING:
    from dolt_integrations.engine.names.author import DEFAULT_AUTHOR, Author, parse_author
    from dolt_integrations.engine.names.connect_args import with_connect_args
    from dolt_integrations.engine.names.identifiers import (
        check_column_names,
        check_table_name,
        is_commit_hash,
        nearest,
        quote,
    )
    from dolt_integrations.engine.names.location import Location, parse_location
    from dolt_integrations.engine.server.database import Database, open_database
    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.sql.types import arrow_type, parse_type
    from dolt_integrations.engine.tables.batches import fetch_by_key
    from dolt_integrations.engine.tables.bulk import insert_table
    from dolt_integrations.engine.tables.condition import check_condition
    from dolt_integrations.engine.tables.definitions.names import table_name
    from dolt_integrations.engine.tables.definitions.schema import (
        Column,
        TableSchema,
        describe_table,
        find_base_table,
        find_table,
    )
    from dolt_integrations.engine.tables.fetch import fetch, fetch_batches
    from dolt_integrations.engine.tables.query import (
        Result,
        check_query,
        check_statement,
        run_query,
        select_table,
    )
    from dolt_integrations.redaction import redact

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        ".names.location": "Location parse_location",
        ".names.author": "Author DEFAULT_AUTHOR parse_author",
        ".names.connect_args": "with_connect_args",
        ".names.identifiers": "check_column_names check_table_name is_commit_hash nearest quote",
        ".server.database": "Database open_database",
        ".session.connection": "Connection",
        ".sql.types": "arrow_type parse_type",
        ".tables.bulk": "insert_table",
        ".tables.batches": "fetch_by_key",
        ".tables.fetch": "fetch fetch_batches",
        ".tables.condition": "check_condition",
        ".tables.query": "Result check_query check_statement run_query select_table",
        ".tables.definitions.names": "table_name",
        ".tables.definitions.schema": "Column TableSchema describe_table find_base_table find_table",
        "dolt_integrations.redaction": "redact",
    },
)

__all__ = [
    "DEFAULT_AUTHOR",
    "Author",
    "Column",
    "Connection",
    "Database",
    "Location",
    "Result",
    "TableSchema",
    "arrow_type",
    "check_column_names",
    "check_condition",
    "check_query",
    "check_statement",
    "check_table_name",
    "describe_table",
    "fetch",
    "fetch_batches",
    "fetch_by_key",
    "find_base_table",
    "find_table",
    "insert_table",
    "is_commit_hash",
    "nearest",
    "open_database",
    "parse_author",
    "parse_location",
    "parse_type",
    "quote",
    "redact",
    "run_query",
    "select_table",
    "table_name",
    "with_connect_args",
]
