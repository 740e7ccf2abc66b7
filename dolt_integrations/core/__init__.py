"""What a save and a load mean, for any workflow manager: branches, versions, frames as tables."""

from dolt_integrations.core.batches import read_batches
from dolt_integrations.core.blame import blame
from dolt_integrations.core.block import Transaction
from dolt_integrations.core.branch import AppendBranch, Branch, MergeBranch, NewBranch, SerialBranch, branch_from_dict
from dolt_integrations.core.callbacks import CallbackMeta, callback
from dolt_integrations.core.diffs import diff
from dolt_integrations.core.doltmeta import DoltMeta
from dolt_integrations.core.files import read_file, write_file
from dolt_integrations.core.history import history
from dolt_integrations.core.interface import load, save
from dolt_integrations.core.meta import Action, Meta, metas_from_dicts
from dolt_integrations.core.read import Loaded, find_version, read_arrow, read_table
from dolt_integrations.core.remote import Remote, remote_from_dict
from dolt_integrations.core.repository import Repository
from dolt_integrations.core.revision import AsOf
from dolt_integrations.core.scan import Scan
from dolt_integrations.core.table import Table
from dolt_integrations.core.version import Version
from dolt_integrations.core.write import write_table
from dolt_integrations.engine import Author, Location

__all__ = [
    "Action",
    "AppendBranch",
    "AsOf",
    "Author",
    "Branch",
    "CallbackMeta",
    "DoltMeta",
    "Loaded",
    "Location",
    "MergeBranch",
    "Meta",
    "NewBranch",
    "Remote",
    "Repository",
    "Scan",
    "SerialBranch",
    "Table",
    "Transaction",
    "Version",
    "blame",
    "branch_from_dict",
    "callback",
    "diff",
    "find_version",
    "history",
    "load",
    "metas_from_dicts",
    "read_arrow",
    "read_batches",
    "read_file",
    "read_table",
    "remote_from_dict",
    "save",
    "write_file",
    "write_table",
]
