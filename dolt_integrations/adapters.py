"""What the authors of adapters need beside `dolt_integrations.core` and `dolt_integrations.errors`.

An adapter translates a workflow manager's words into calls of the core. It imports from three places:
`dolt_integrations.core` for what users call as well, `dolt_integrations.errors`, and this module, which has

- the checks of what users give (`parse_key`, `check_mode`, `part_of`, `metas_of` ...), for an adapter's own arguments;
- frames as the core sees them (`encode_frame`, `to_arrow`, `is_stream` ...);
- what keeps passwords out of texts, literals and pickles (`redact`, `shown`, `without_password`, `from_literal`);
- the attempts of a task (`Attempt`, `add_scope`, `unnoted`), so that a retried task writes once;
- the errors that a workflow manager is to try again after (`recognise_by`);
- the trailers of commit messages (`trailers_of`, `trailer_values`).

Everything else is private: `make lint` refuses an adapter that imports it.
"""

from dolt_integrations.core.configs.branch import named_branch
from dolt_integrations.core.configs.options import check_flag, check_options, check_text, options_of, shown_kind
from dolt_integrations.core.configs.remote import RemoteConf
from dolt_integrations.core.configs.selection import Part, part_of
from dolt_integrations.core.frames.frame import EncodedFrame, encode_frame, frame_of
from dolt_integrations.core.frames.interchange import to_arrow
from dolt_integrations.core.frames.key import Key, parse_key
from dolt_integrations.core.frames.polars import to_polars
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.core.provenance.meta import Metas, metas_of
from dolt_integrations.core.provenance.reads import add_scope, unnoted
from dolt_integrations.core.provenance.trailers import trailer_values, trailers_of
from dolt_integrations.core.provenance.write_id import check_write_id
from dolt_integrations.core.reads.batches import ROWS as BATCH_ROWS
from dolt_integrations.core.reads.revision import check_as_of
from dolt_integrations.core.schemas.union import APPEND, REPLACE, UPSERT, check_mode
from dolt_integrations.core.writes.stream_source import is_stream
from dolt_integrations.engine import (
    Column,
    check_table_name,
    is_commit_hash,
    nearest,
    parse_author,
    parse_location,
)
from dolt_integrations.engine.names.address import without_password
from dolt_integrations.engine.names.trust import from_literal
from dolt_integrations.engine.sql.parameters import Params, bind, plain_params
from dolt_integrations.recognised import recognise_by
from dolt_integrations.redaction import redact, shown

__all__ = [
    "APPEND",
    "BATCH_ROWS",
    "REPLACE",
    "UPSERT",
    "Attempt",
    "Column",
    "EncodedFrame",
    "Key",
    "Metas",
    "Params",
    "Part",
    "RemoteConf",
    "add_scope",
    "bind",
    "check_as_of",
    "check_flag",
    "check_mode",
    "check_options",
    "check_table_name",
    "check_text",
    "check_write_id",
    "encode_frame",
    "frame_of",
    "from_literal",
    "is_commit_hash",
    "is_stream",
    "metas_of",
    "named_branch",
    "nearest",
    "options_of",
    "parse_author",
    "parse_key",
    "parse_location",
    "part_of",
    "plain_params",
    "recognise_by",
    "redact",
    "shown",
    "shown_kind",
    "to_arrow",
    "to_polars",
    "trailer_values",
    "trailers_of",
    "unnoted",
    "without_password",
]
