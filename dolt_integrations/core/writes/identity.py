"""How a write is recognised, so that it is made only once: by a name or by its content."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import find_earlier, locked_write, superseding_save
from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.core.frames.digest import digest_of
from dolt_integrations.core.provenance.write_id import with_write_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.provenance.attempt import Attempt, Claim
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Connection, Database


@dataclass(frozen=True)
class Place:
    """Where a write goes.

    Attributes:
        branch: The branch.
        exists: Whether the branch exists.
        merged: Whether the write is merged into it.
    """

    branch: str
    exists: bool
    merged: bool


class Identity:
    """A write without a name: it cannot be recognised, so each attempt writes again."""

    message = ""

    def prepared(
        self, stack: ExitStack, database: Database, connection: Connection, save: Save, place: Place
    ) -> Save | Version:
        """Return the save to write, or the version that an earlier commit of the same write made.

        Args:
            stack: Receives the locks to hold until the write has landed.
            database: The database.
            connection: The session that takes the locks.
            save: What to write.
            place: Where to write it.
        """
        self.message = save.message
        return save

    def done(self, version: Version) -> None:
        """Record that the write has landed."""


class _Named(Identity):
    """A write named by the caller, or at random so that it is recognised after a lost connection."""

    def __init__(self, write_id: str, *, is_new: bool, digest: str | None) -> None:
        self._write_id, self._is_new, self._digest = write_id, is_new, digest

    def prepared(
        self, stack: ExitStack, database: Database, connection: Connection, save: Save, place: Place
    ) -> Save | Version:
        save = replace(save, message=with_write_id(save.message, self._write_id, rows=self._digest))
        self.message = save.message
        is_new, self._is_new = self._is_new, False
        if is_new:
            return save
        stack.enter_context(connection.lock(database.address.database, "write", self._write_id))
        return find_earlier(connection, save, place.branch, self._write_id, self._digest) or save


class _ByContent(Identity):
    """A write of a node's attempt, recognised by a digest of its rows."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._digest: str | None = None

    def prepared(
        self, stack: ExitStack, database: Database, connection: Connection, save: Save, place: Place
    ) -> Save | Version:
        stack.enter_context(self._claim.attempt.locked(connection, database, [save.table]))
        locked = locked_write(connection, self._claim, place.branch, exists=place.exists, merged=place.merged)
        self.message = save.message
        if save.rest is not None:
            return replace(save, locked=locked)  # the digest is known only after the last batch
        self._digest = self._digest or digest_of(save.rows, save.primary_key)
        named = locked.named(save, self._digest)
        self.message = named.message
        found = locked.adopted(save, self._digest)
        if found is not None:
            return found
        inside = place.merged or save.mode != REPLACE
        return superseding_save(named, locked.superseded(save.table), inside=inside)

    def done(self, version: Version) -> None:
        if version.changed:
            self._claim.done(version.commit)


@contextmanager
def identified(save: Save, branch_conf: Branch, write_id: str | None, attempt: Attempt | None) -> Iterator[Identity]:
    """Yield how a write is recognised.

    Args:
        save: What to write.
        branch_conf: The branch to write to.
        write_id: The caller's name for the write, or None.
        attempt: The attempt of a node that writes, or None.
    """
    if attempt is not None:
        with attempt.claim() as claim:
            yield _ByContent(claim)
    elif write_id is not None:
        digest = digest_of(save.rows, save.primary_key) if save.rest is None else None
        yield _Named(write_id, is_new=False, digest=digest)
    elif save.mode == APPEND or branch_conf.merges:
        yield _Named(uuid.uuid4().hex, is_new=True, digest=None)
    else:
        yield Identity()
