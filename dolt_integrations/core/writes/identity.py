"""How a write is known from all others, so that it is made once: by a name, or by its content."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import find_earlier, superseding_save, turn_of
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
    """Where a write goes: a branch, whether it is there, and whether the write is merged into it."""

    branch: str
    exists: bool
    merged: bool


class Identity:
    """A write without a name: each one is another."""

    message = ""

    def prepared(
        self, stack: ExitStack, database: Database, connection: Connection, save: Save, place: Place
    ) -> Save | Version:
        """Return the save as it is to be written, or the version that an earlier commit of it made.

        Args:
            stack: Gets the locks that are held until the write is there.
            database: Where.
            connection: A session that holds the locks.
            save: What is to be written.
            place: Where to.
        """
        self.message = save.message
        return save

    def done(self, version: Version) -> None:
        """Note that the write is there."""


class _Named(Identity):
    """A write with a name of the caller's, or a random one for what a lost connection hides."""

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
        return find_earlier(database, save, place.branch, self._write_id, self._digest) or save


class _ByContent(Identity):
    """A write of an attempt."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._digest: str | None = None

    def prepared(
        self, stack: ExitStack, database: Database, connection: Connection, save: Save, place: Place
    ) -> Save | Version:
        stack.enter_context(self._claim.attempt.turn(connection, database, [save.table]))
        turn = turn_of(database, self._claim, place.branch, exists=place.exists, merged=place.merged)
        self.message = save.message
        if save.rest is not None:
            return replace(save, turn=turn)  # its digest is known when all batches are read
        self._digest = self._digest or digest_of(save.rows, save.primary_key)
        named = turn.named(save, self._digest)
        self.message = named.message
        found = turn.adopted(save, self._digest)
        if found is not None:
            return found
        inside = place.merged or save.mode != REPLACE
        return superseding_save(named, turn.superseded(save.table), inside=inside)

    def done(self, version: Version) -> None:
        if version.changed:
            self._claim.done(version.commit)


@contextmanager
def identified(save: Save, branch_conf: Branch, write_id: str | None, attempt: Attempt | None) -> Iterator[Identity]:
    """Yield how a write is known.

    Args:
        save: What is to be written.
        branch_conf: Where to.
        write_id: The caller's name for it.
        attempt: Which attempt of which node writes.
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
