"""Checking whether a branch's commits remain reachable without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import PREFIX
from dolt_integrations.engine.versions.heads import branches
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.message_index import BRANCH as INDEX
from dolt_integrations.engine.versions.tags import find_tags

if TYPE_CHECKING:
    from collections.abc import Collection

    from dolt_integrations.engine import Connection


def is_ours(branch: str) -> bool:
    """Whether a branch belongs to this library and may vanish at any time: a private branch, the write id index."""
    return branch.startswith(PREFIX) or branch == INDEX


def is_merged(connection: Connection, commit: str, without: Collection[str]) -> bool:
    """Whether a branch or a tag contains a commit.

    Args:
        connection: A session at no revision.
        commit: The commit.
        without: Branches that do not count, because they are being deleted.
    """
    heads = {head for name, head in branches(connection).items() if name not in without and not is_ours(name)}
    heads |= {tag.commit for tag in find_tags(connection).values()}
    return commit in heads or any(is_ancestor(connection, commit, head) for head in sorted(heads))
