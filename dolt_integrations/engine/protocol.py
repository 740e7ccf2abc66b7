"""The interface between the core and an engine: the names that the core may use, by subject.

All SQL is behind these names. A second engine, such as one for an embedded database, would provide the same names:
`Database`s whose sessions are `Session`s, and an implementation of each operation for its own sessions. The core
imports nothing else of an engine and sends no statements, so it would not change
(`tests/core/architecture/test_protocol.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dolt_integrations.engine.names.address import ServerAddress
    from dolt_integrations.engine.session.connection import Connection


class Session(Protocol):
    """The methods of a session that the core calls. Everything else is an operation with the session as first argument.

    Attributes:
        address: The address of the server and the database.
        revision: The branch, tag or commit that the session is on; None for the database's default branch.
    """

    address: ServerAddress
    revision: str | None

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection to the server is encrypted."""

    def switch(self, revision: str) -> None:
        """Switch to another branch, tag or commit; keep the locks."""

    def stand_on(self, branch: str) -> None:
        """Switch to a branch in the database itself (not `db/branch`), as queries about the history require."""

    def leave_revision(self) -> None:
        """Switch to the default branch; keep the locks."""

    def settle_at(self, commit: str) -> None:
        """Take the session for one at a commit, which the transaction that it has begun sees."""

    def in_database(self) -> AbstractContextManager[None]:
        """Run a block in the database itself, and return to the revision afterwards."""

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block in a transaction, which is committed at its end, or rolled back if it raises."""

    def lock(self, *names: str) -> AbstractContextManager[None]:
        """Hold the server-wide lock with these names during a block."""

    def locks(self, *locks: tuple[str, ...]) -> AbstractContextManager[None]:
        """Hold several locks during a block. They are acquired in the given order."""


if TYPE_CHECKING:

    def _is_session(connection: Connection) -> Session:
        return connection


OPERATIONS: dict[str, dict[str, str]] = {
    "places": {
        "names.location": "Location parse_location",
        "names.server_url": "URL_OPTIONS without_password",
        "names.address": "DirectoryAddress ServerAddress is_loopback",
        "names.connections": "locate",
        "names.connect_args": "with_connect_args",
        "names.credentials": "CredentialSource Credentials",
        "names.secrets": "tie_secrets",
        "names.trust": "REMOTE_HOST_VARIABLE FromLiteral from_literal may_have_remote_password tie_remote",
        "names.cluster": "is_on_cluster",
        "names.remote_url": "parse_remote_url",
    },
    "names": {
        "names.identifiers": "check_branch_name check_column_names check_table_name is_commit_hash nearest",
        "names.author": "DEFAULT_AUTHOR Author parse_author",
    },
    "databases": {
        "server.database": "Database open_database",
        "server.shared": "one_server",
        "server.clone": "clone_directory is_database is_shallow",
        "server.deepen": "deepen",
        "server.remote_folder": "check_remote_folder",
        "server.dolt": "Source remote_password",
    },
    "sessions": {
        "session.connection": "Connection",
        "session.transactions": "back_to_save_point give_up save_point trial",
        "session.locks": "free_locks tried",
        "session.held": "NoSessionError starting_again",
        "translation.rules": "FULL",
        "session.visiting": "visiting",
        "session.forks": "check_process",
        "wire.moved": "listening",
        "session.server": "server_time server_version takes_files",
    },
    "SQL of users": {
        "sql.parameters": "Params bind check_params plain_params",
        "tables.condition": "check_condition",
        "tables.query": "Result check_query check_statement looks_back run_query select_all select_table without_rows",
    },
    "schemas": {
        "sql.types": "GEOMETRIES SqlType arrow_type parse_type",
        "tables.definitions.schema": (
            "Column TableSchema definition describe_table find_base_table find_definition find_table"
        ),
        "tables.definitions.names": "find_name table_name tables tables_in_two_cases",
        "tables.definitions.alter": "add_column alter alter_table change_column drop_column move_column",
        "tables.definitions.unique_keys": "UniqueKey unique_keys",
        "tables.numbered": "NumberedRows",
        "versions.references": "breaks_a_reference first_broken_reference",
    },
    "rows": {
        "tables.bulk": "insert_table",
        "tables.dml": "delete_rows replace_rows upsert_rows",
        "tables.contents": (
            "any_text_matches copy_rows create_table drop_table empty_table has_values largest_number "
            "row_count set_foreign_key_checks without_foreign_key_checks"
        ),
        "tables.computed": "columns_computed_otherwise columns_not_computable",
        "tables.negative_zeros": "has_negative_zero",
        "tables.kept_signs": "keeping_signs",
        "tables.fetch": "fetch fetch_batches",
        "tables.batches": "fetch_by_key",
        "tables.odd_dates": "date_columns find_odd_dates with_odd_dates",
        "tables.preview": "count_rows find_rows preview",
    },
    "branches": {
        "versions.branches": (
            "BranchHead Landed branch_heads branches_below create_branch create_unshared_branch delete_branch "
            "landed_commit newest_branches rename_branch"
        ),
        "versions.heads": (
            "Branches Head active_branch branch_head branches branches_in_other_case commit_of find_branches "
            "find_head nearest_branch remote_head settle_at_newest"
        ),
        "versions.tags": "Tag create_tag delete_tag find_tags tags",
    },
    "working sets": {
        "versions.state": "BranchState TableState branch_and_table branch_state referring_tables",
        "versions.diffs.hashes": "head_and_table staged_hash table_hash working_hashes",
        "versions.working_set": "TableStatus discard_changes is_merging stage status take_table uncommitted_tables",
    },
    "commits": {
        "versions.commits": "commit commit_all count_changes fast_forward head message_of parent parents soft_reset",
        "versions.revisions": "commit_at resolve",
        "versions.log": "LogEntry entries_anywhere entries_since is_ancestor log newest newest_since",
        "versions.message_index": "BRANCH Naming entries_naming",
        "versions.checks": "failed_checks",
        "versions.garbage": "collect_garbage",
    },
    "differences": {
        "versions.diffs.diff": (
            "TableVersion adds_values any_differs can_differ differing_rows fills_removed find_version_of gets_values "
            "known_version written_keys"
        ),
        "versions.diffs.incremental": "Counts count_differing fetch_removed fetch_written find_step has_negative_zeros",
        "versions.diffs.diff_preview": "ShownChange comparable count_kinds shown_changes",
        "versions.diffs.columns": "ColumnChanges column_changes",
        "versions.diffs.multisets": "Pinned Subtraction",
    },
    "merges": {
        "versions.merges": (
            "Conflict ConflictRow changed_tables commit_merge conflicted_tables conflicts merge refused_merge "
            "resolve_rows tables_of"
        ),
    },
    "remotes": {
        "versions.remotes": "add_remote clone_call fetch_remote merge_base push_branch remote_branches remotes",
    },
}
"""The names that the core may import, by subject and by the module that defines them."""
