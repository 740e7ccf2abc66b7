"""What a save and a load mean, for any workflow manager: branches, versions, frames as tables."""

from dolt_integrations.core.branch import AppendBranch, Branch, NewBranch, SerialBranch, branch_from_dict
from dolt_integrations.core.read import Loaded, find_version, read_arrow, read_table
from dolt_integrations.core.version import Version
from dolt_integrations.core.write import write_table

__all__ = [
    "AppendBranch",
    "Branch",
    "Loaded",
    "NewBranch",
    "SerialBranch",
    "Version",
    "branch_from_dict",
    "find_version",
    "read_arrow",
    "read_table",
    "write_table",
]
