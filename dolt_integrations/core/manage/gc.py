"""Garbage collection, through the server that serves the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.configs.options import check_flag
from dolt_integrations.core.retry import retried
from dolt_integrations.engine.names.address import DirectoryAddress
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.versions.garbage import collect_garbage
from dolt_integrations.errors import AccessDeniedError, ServerLostError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.core.manage.place import Place


def gc(place: Place, *, full: bool = False) -> int | None:
    """Remove the commits that are not reachable from a branch or a tag (see `Repository.gc`)."""
    check_flag(full, "full")
    address = locate(place.location)
    folder = address.path / ".dolt" / "noms" if isinstance(address, DirectoryAddress) else None
    before = _size(folder)

    def attempt() -> None:
        with place.reading() as database:
            collect_garbage(database.connect(), full=full)

    try:
        retried(attempt, ServerLostError)
    except AccessDeniedError as error:
        hint = "An administrator can grant it: GRANT EXECUTE ON PROCEDURE `<database>`.dolt_gc TO <user>."
        raise AccessDeniedError(f"the user may not collect garbage in {address}", hint=hint) from error
    after = _size(folder)
    return None if before is None or after is None else before - after


def _size(folder: Path | None) -> int | None:
    """Return the size of a directory in bytes. None for a server, whose disk is not accessible."""
    if folder is None:
        return None
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
