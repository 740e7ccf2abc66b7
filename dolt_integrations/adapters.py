"""What authors of adapters need in addition to `dolt_integrations.core` and `dolt_integrations.errors`.

An adapter translates a workflow manager's concepts into calls of the core. It imports from three modules:
`dolt_integrations.core`, the API that users call as well; `dolt_integrations.errors`; and this one, which has

- checks of user input, for an adapter's own arguments (`parse_key`, `check_mode`, `part_of`, `metas_of` ...);
- frames as the core sees them (`encode_frame`, `to_arrow`, `is_stream` ...);
- functions that keep passwords out of messages, literals and pickles (`redact`, `shown`, `without_password`,
  `from_literal`), and that tie a workflow manager's secrets to servers (`tie_secrets`);
- the attempts of a task (`Attempt`, `register_read_scope`, `unrecorded_reads`), so that a retried task writes only
  once, and `AttemptBlock`, which writes several tables in one commit;
- the check that a framework is installed and new enough (`check_installed`);
- the errors after which a workflow manager should retry (`register_retried_error`);
- the trailers of commit messages (`trailers_of`, `trailer_values`);
- what a past execution read from a `Place` (`past_execution`, `commit_read`), to run it again.

Everything else is private: `make lint` fails if an adapter imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.lazy_names import lazy_names

if TYPE_CHECKING:
    from dolt_integrations.conventions import RUN
    from dolt_integrations.core.arrow.polars import to_polars
    from dolt_integrations.core.cards.frame import frame_part
    from dolt_integrations.core.configs.as_of import check_as_of
    from dolt_integrations.core.configs.branch import named_branch
    from dolt_integrations.core.configs.key import Key, parse_key
    from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT, check_mode
    from dolt_integrations.core.configs.options import (
        BATCH_ROWS,
        check_flag,
        check_options,
        check_text,
        line_of,
        options_of,
        shown_kind,
    )
    from dolt_integrations.core.configs.remote import RemoteConf
    from dolt_integrations.core.configs.selection import Part, part_of
    from dolt_integrations.core.frames.frame import EncodedFrame, encode_frame, frame_of
    from dolt_integrations.core.frames.interchange import to_arrow
    from dolt_integrations.core.installed import check_installed
    from dolt_integrations.core.manage.past import PastExecution, commit_read, past_execution
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.provenance.attempt import Attempt, child_process_error
    from dolt_integrations.core.provenance.meta import Metas, metas_of
    from dolt_integrations.core.provenance.reads import register_read_scope, unrecorded_reads
    from dolt_integrations.core.provenance.trailers import trailer_values, trailers_of
    from dolt_integrations.core.provenance.write_id import check_write_id, node_of
    from dolt_integrations.core.rows.cache_places import register_cache_url
    from dolt_integrations.core.transaction.attempt_landing import OvertakenError
    from dolt_integrations.core.transaction.attempt_name import AttemptWrite
    from dolt_integrations.core.transaction.attempted import AttemptBlock, Sharing, start_of_attempt
    from dolt_integrations.core.writes.stream_source import is_stream
    from dolt_integrations.engine import (
        Column,
        check_table_name,
        is_commit_hash,
        nearest,
        open_database,
        parse_author,
        parse_location,
    )
    from dolt_integrations.engine.names.cluster import is_on_cluster
    from dolt_integrations.engine.names.credentials import Credentials, CredentialSource
    from dolt_integrations.engine.names.secrets import tie_secrets
    from dolt_integrations.engine.names.server_url import URL_OPTIONS, without_password
    from dolt_integrations.engine.names.trust import FromLiteral, from_literal
    from dolt_integrations.engine.sql.parameters import Params, bind, plain_params
    from dolt_integrations.engine.tables.query import select_all, without_rows
    from dolt_integrations.redaction import redact, shown
    from dolt_integrations.retried_errors import register_retried_error

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "dolt_integrations.core.cards.frame": "frame_part",
        "dolt_integrations.core.configs.branch": "named_branch",
        "dolt_integrations.core.configs.options": (
            "BATCH_ROWS check_flag check_options check_text line_of options_of shown_kind"
        ),
        "dolt_integrations.core.configs.remote": "RemoteConf",
        "dolt_integrations.core.configs.selection": "Part part_of",
        "dolt_integrations.core.frames.frame": "EncodedFrame encode_frame frame_of",
        "dolt_integrations.core.frames.interchange": "to_arrow",
        "dolt_integrations.core.configs.key": "Key parse_key",
        "dolt_integrations.core.arrow.polars": "to_polars",
        "dolt_integrations.core.manage.past": "PastExecution commit_read past_execution",
        "dolt_integrations.core.manage.place": "Place",
        "dolt_integrations.core.provenance.attempt": "Attempt child_process_error",
        "dolt_integrations.core.rows.cache_places": "register_cache_url",
        "dolt_integrations.core.transaction.attempt_landing": "OvertakenError",
        "dolt_integrations.core.transaction.attempt_name": "AttemptWrite",
        "dolt_integrations.core.transaction.attempted": "AttemptBlock Sharing start_of_attempt",
        "dolt_integrations.engine.tables.query": "select_all without_rows",
        "dolt_integrations.core.provenance.meta": "Metas metas_of",
        "dolt_integrations.core.provenance.reads": "register_read_scope unrecorded_reads",
        "dolt_integrations.conventions": "RUN",
        "dolt_integrations.core.provenance.trailers": "trailer_values trailers_of",
        "dolt_integrations.core.provenance.write_id": "check_write_id node_of",
        "dolt_integrations.core.configs.as_of": "check_as_of",
        "dolt_integrations.core.installed": "check_installed",
        "dolt_integrations.core.configs.mode": "APPEND REPLACE UPSERT check_mode",
        "dolt_integrations.core.writes.stream_source": "is_stream",
        "dolt_integrations.engine": (
            "Column check_table_name is_commit_hash nearest open_database parse_author parse_location"
        ),
        "dolt_integrations.engine.names.server_url": "URL_OPTIONS without_password",
        "dolt_integrations.engine.names.cluster": "is_on_cluster",
        "dolt_integrations.engine.names.credentials": "Credentials CredentialSource",
        "dolt_integrations.engine.names.secrets": "tie_secrets",
        "dolt_integrations.engine.names.trust": "FromLiteral from_literal",
        "dolt_integrations.engine.sql.parameters": "Params bind plain_params",
        "dolt_integrations.retried_errors": "register_retried_error",
        "dolt_integrations.redaction": "redact shown",
    },
)

__all__ = [
    "APPEND",
    "BATCH_ROWS",
    "REPLACE",
    "RUN",
    "UPSERT",
    "URL_OPTIONS",
    "Attempt",
    "AttemptBlock",
    "AttemptWrite",
    "Column",
    "CredentialSource",
    "Credentials",
    "EncodedFrame",
    "FromLiteral",
    "Key",
    "Metas",
    "OvertakenError",
    "Params",
    "Part",
    "PastExecution",
    "Place",
    "RemoteConf",
    "Sharing",
    "bind",
    "check_as_of",
    "check_flag",
    "check_installed",
    "check_mode",
    "check_options",
    "check_table_name",
    "check_text",
    "check_write_id",
    "child_process_error",
    "commit_read",
    "encode_frame",
    "frame_of",
    "frame_part",
    "from_literal",
    "is_commit_hash",
    "is_on_cluster",
    "is_stream",
    "line_of",
    "metas_of",
    "named_branch",
    "nearest",
    "node_of",
    "open_database",
    "options_of",
    "parse_author",
    "parse_key",
    "parse_location",
    "part_of",
    "past_execution",
    "plain_params",
    "redact",
    "register_cache_url",
    "register_read_scope",
    "register_retried_error",
    "select_all",
    "shown",
    "shown_kind",
    "start_of_attempt",
    "tie_secrets",
    "to_arrow",
    "to_polars",
    "trailer_values",
    "trailers_of",
    "unrecorded_reads",
    "without_password",
    "without_rows",
]
