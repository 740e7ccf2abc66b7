"""Pruning: deleting branches of runs that are no longer needed, and keeping commits of those that are deleted."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.private import KEPT
from dolt_integrations.core.branches.target import branch_name, required_branch
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.options import check_flag, check_text, shown_kind
from dolt_integrations.core.manage.branches import remove
from dolt_integrations.core.manage.executions import names_of
from dolt_integrations.core.manage.merged import is_merged, is_ours
from dolt_integrations.engine import is_commit_hash
from dolt_integrations.engine.versions.branches import BranchHead, branch_heads
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.tags import create_tag, find_tags
from dolt_integrations.errors import ConfigError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database

PINNED = "dolt-integrations/pinned/"
"""Tags that keep commits of deleted branches, for literals and caches that are pinned to them."""


@dataclass(frozen=True)
class Retention:
    """Which branches to prune (see `Repository.prune`).

    Attributes:
        older_than: Days since its newest commit after which a branch is deleted even if it is not merged. None keeps
            all unmerged branches.
        like: A pattern with `*` and `?` for the branches to consider. None considers those that a run, or a save that
            conflicted, has left.
        keep_commits: Whether to tag the head of each branch whose commits would be lost; or the commits to keep.
        into: The branch into which others are merged. None is the default branch.
    """

    older_than: float | None = None
    like: str | None = None
    keep_commits: bool | Iterable[str] = True
    into: str | None = None

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ConfigError: A field has the wrong type.
        """
        age = self.older_than
        if age is not None and (isinstance(age, bool) or not isinstance(age, (int, float)) or not age >= 0):
            raise ConfigError(f"older_than is {shown_kind(age)}", hint="Pass a number of days, or None.")
        if self.like is not None:
            check_text(self.like, "like")
        if not isinstance(self.keep_commits, bool):
            object.__setattr__(self, "keep_commits", _commits(self.keep_commits))


def _commits(value: object) -> tuple[str, ...]:
    listed = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (None,)
    if not all(map(is_commit_hash, map(str, listed))):
        hint = "Pass True, False, or a list of full commit hashes."
        raise ConfigError(f"keep_commits is {shown_kind(value)}", hint=hint)
    return tuple(map(str, listed))


@dataclass(frozen=True)
class _Verdict:
    branch: BranchHead
    action: str
    reason: str
    age: float
    tags: tuple[str, ...] = ()


def prune(place: Place, retention: Retention, *, dry_run: bool) -> pd.DataFrame:
    """Return which branches of runs to delete, and delete them unless it is a dry run (see `Repository.prune`)."""
    check_flag(dry_run, "dry_run")
    with place.reading(retention.into) as database, database.connect() as connection:
        into = branch_name(connection, SerialBranch(retention.into))
        required_branch(connection, database, into)
        default = branch_name(connection, None)
        heads = {name: head for name, head in branch_heads(connection).items() if not is_ours(name)}
        looked_at = [
            head for name, head in heads.items() if name not in (into, default) and _is_looked_at(head, retention)
        ]
        found = _verdicts(connection, looked_at, retention, heads[into].commit)
        if not dry_run:
            found = [_carried_out(place, database, connection, each) for each in found]
    return _frame(found)


def _is_looked_at(head: BranchHead, retention: Retention) -> bool:
    if retention.like is not None:
        return fnmatch.fnmatchcase(head.name, retention.like)
    return head.name.startswith(KEPT) or bool(names_of(head.message))


def _verdicts(connection: Connection, heads: Sequence[BranchHead], retention: Retention, into: str) -> list[_Verdict]:
    found: list[_Verdict] = []
    gone: set[str] = set()  # branches that go without a tag, so commits that only they have are on none
    for head in heads:
        found.append(_verdict(connection, head, retention, into, gone))
        if found[-1].action == "delete" and not found[-1].tags:
            gone.add(head.name)
    return found


def _verdict(
    connection: Connection, head: BranchHead, retention: Retention, into: str, gone: Collection[str]
) -> _Verdict:
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    age = (now - head.date).total_seconds() / 86_400
    if head.is_dirty:
        return _Verdict(head, "keep", "has uncommitted work", age)
    if is_ancestor(connection, head.commit, into):
        return _Verdict(head, "delete", "merged", age)
    if retention.older_than is None or age < retention.older_than:
        return _Verdict(head, "keep", "not merged", age)
    tags = _needed(connection, head, retention, gone)
    return _Verdict(head, "delete", f"older than {retention.older_than:g} days", age, tags)


def _needed(connection: Connection, head: BranchHead, retention: Retention, gone: Collection[str]) -> tuple[str, ...]:
    """Return the commits to tag before a branch is deleted."""
    if retention.keep_commits is False or is_merged(connection, head.commit, {head.name, *gone}):
        return ()
    if retention.keep_commits is True:
        return (head.commit,)  # its ancestors stay reachable with it
    wanted: Sequence[str] = tuple(retention.keep_commits)
    return tuple(each for each in wanted if is_ancestor(connection, each, head.commit))


def _carried_out(place: Place, database: Database, connection: Connection, verdict: _Verdict) -> _Verdict:
    if verdict.action != "delete":
        return verdict
    known = find_tags(connection)
    for commit in verdict.tags:
        if f"{PINNED}{commit}" not in known:
            message = f"Keep what {verdict.branch.name} had"
            create_tag(connection, f"{PINNED}{commit}", commit, message, place.author_in(database))
    try:
        remove(database, connection, verdict.branch.name, force=True, commit=verdict.branch.commit)
    except LostRaceError as error:
        return _Verdict(verdict.branch, "keep", str(error), verdict.age)
    return _Verdict(verdict.branch, "deleted", verdict.reason, verdict.age, verdict.tags)


def _frame(found: Sequence[_Verdict]) -> pd.DataFrame:
    texts = {
        "branch": [each.branch.name for each in found],
        "commit": [each.branch.commit for each in found],
        "action": [each.action for each in found],
        "reason": [each.reason for each in found],
        "tags": [", ".join(f"{PINNED}{commit}" for commit in each.tags) for each in found],
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype=TEXT_DTYPE) for name, values in texts.items()})
    frame.insert(2, "age", pd.Series([round(each.age, 1) for each in found], dtype="float64"))
    return frame
