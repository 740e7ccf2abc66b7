"""Saving frames as versioned tables and loading them, independent of any workflow manager.

What is where, from the top:

- `repository`: `Repository` and `Table`, the handle on everything below
- `transaction`: several tables in one commit
- `manage`: runs, revert, promote, prune, tags, and the checks of `doctor`
- `files`: CSV, Parquet, Feather and JSON files (`files.formats`: which suffix is which format)
- `cards`: what a card shows
- `origins`: lineage, and who wrote a row
- `inspect`: `history`, `diff` and `blame`, with their columns
- `writes`: a save: one transaction or a private branch (`writes.route`), and its rows (`writes.build`)
- `reads`: a load, and the commit that it reads
- `remotes`: clone, pull and push; the options are in `configs.remote`
- `branches`: where a save goes, merges, and the user's uncommitted work (`branches.pending`)
- `provenance`: trailers of commit messages, write ids, attempts, hooks
- `rows`: the cache of versions, and comparing them
- `frames`: frames of pandas, polars and Arrow as tables
- `schemas`: the columns that a table gets, and which values they hold
- `columns`: pandas dtypes as SQL types and back; start there for a new type
- `arrow`: the same for Arrow types
- `configs`: the arguments of public functions
- `retry`: what is tried again, how often, and how long it waits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

# Flyte literals name Meta classes by `_type`, so both kinds must be registered even if they are never used.
from dolt_integrations.core import dolt_meta as _dolt_meta  # noqa: F401
from dolt_integrations.core.provenance import callbacks as _callbacks  # noqa: F401
from dolt_integrations.lazy_names import lazy_names

if TYPE_CHECKING:
    from dolt_integrations.core.cards.diff import compare_card, diff_card
    from dolt_integrations.core.cards.repository import repository_card
    from dolt_integrations.core.cards.table import table_card
    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import AppendBranch, Branch, MergeBranch, NewBranch, SerialBranch
    from dolt_integrations.core.configs.remote import Remote, remote_from_dict
    from dolt_integrations.core.configs.serialized import branch_from_dict
    from dolt_integrations.core.dolt_meta import DoltMeta
    from dolt_integrations.core.files.file import read_file, write_file
    from dolt_integrations.core.files.save_load import load, save, save_in
    from dolt_integrations.core.inspect.added import added_rows
    from dolt_integrations.core.inspect.blame import blame
    from dolt_integrations.core.inspect.diff import diff
    from dolt_integrations.core.inspect.history import history
    from dolt_integrations.core.manage.promote import Promotion
    from dolt_integrations.core.origins.graph import Lineage
    from dolt_integrations.core.origins.row import who_wrote
    from dolt_integrations.core.origins.walk import lineage
    from dolt_integrations.core.provenance.callbacks import CallbackMeta, callback
    from dolt_integrations.core.provenance.meta import Action, Meta, metas_from_dicts
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.reads.batches import read_batches
    from dolt_integrations.core.reads.read import Loaded, read_arrow, read_table
    from dolt_integrations.core.reads.revision import find_version
    from dolt_integrations.core.reads.scan import Scan
    from dolt_integrations.core.repository.repository import Repository
    from dolt_integrations.core.repository.table import Table
    from dolt_integrations.core.transaction.transaction import Transaction
    from dolt_integrations.core.writes.write import write_table
    from dolt_integrations.engine import Author, Location, with_connect_args

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        ".cards.diff": "compare_card diff_card",
        ".cards.repository": "repository_card",
        ".cards.table": "table_card",
        ".configs.branch": "AppendBranch Branch MergeBranch NewBranch SerialBranch",
        ".configs.serialized": "branch_from_dict",
        ".configs.remote": "Remote remote_from_dict",
        ".dolt_meta": "DoltMeta",
        ".files.file": "read_file write_file",
        ".files.save_load": "load save save_in",
        ".inspect.added": "added_rows",
        ".inspect.blame": "blame",
        ".inspect.diff": "diff",
        ".inspect.history": "history",
        ".origins.graph": "Lineage",
        ".origins.row": "who_wrote",
        ".origins.walk": "lineage",
        ".manage.promote": "Promotion",
        ".provenance.callbacks": "CallbackMeta callback",
        ".provenance.meta": "Action Meta metas_from_dicts",
        ".provenance.version": "Version",
        ".reads.batches": "read_batches",
        ".reads.read": "Loaded read_arrow read_table",
        ".reads.revision": "find_version",
        ".configs.as_of": "AsOf",
        ".reads.scan": "Scan",
        ".repository.repository": "Repository",
        ".repository.table": "Table",
        ".transaction.transaction": "Transaction",
        ".writes.write": "write_table",
        "dolt_integrations.engine": "Author Location with_connect_args",
    },
)

__all__ = [
    "Action",
    "AppendBranch",
    "AsOf",
    "Author",
    "Branch",
    "CallbackMeta",
    "DoltMeta",
    "Lineage",
    "Loaded",
    "Location",
    "MergeBranch",
    "Meta",
    "NewBranch",
    "Promotion",
    "Remote",
    "Repository",
    "Scan",
    "SerialBranch",
    "Table",
    "Transaction",
    "Version",
    "added_rows",
    "blame",
    "branch_from_dict",
    "callback",
    "compare_card",
    "diff",
    "diff_card",
    "find_version",
    "history",
    "lineage",
    "load",
    "metas_from_dicts",
    "read_arrow",
    "read_batches",
    "read_file",
    "read_table",
    "remote_from_dict",
    "repository_card",
    "save",
    "save_in",
    "table_card",
    "who_wrote",
    "with_connect_args",
    "write_file",
    "write_table",
]
