"""Branch configs from JSON objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.configs.branch import Branch
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import shown

if TYPE_CHECKING:
    from collections.abc import Mapping


def branch_from_dict(value: Branch | Mapping[str, Any] | None) -> Branch | None:
    """Make a branch config from the result of `Branch.to_dict`.

    Raises:
        ConfigError: There is no such kind of branch, or a field is wrong.

    Example:
        >>> branch_from_dict({"_type": "NewBranch", "branch": "run/1"})
        NewBranch(branch='run/1', base=None)
    """
    if isinstance(value, str):
        raise ConfigError(f"branch_conf {shown(value)} has no `_type` that is one of {', '.join(sorted(Branch.kinds))}")
    return Branch.parse(value)
