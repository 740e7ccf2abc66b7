"""Lineage as boxes and arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.render import Arrow, Box, Network
from dolt_integrations.render.network import EXECUTION, MISSING, TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.origins.writes import Read, Write


def network_of(writes: Sequence[Write], title: str) -> Network:
    """Return the picture: arrows lead from versions that were read to the execution, and on to what it wrote."""
    boxes: dict[str, Box] = {}
    arrows: dict[Arrow, None] = {}
    for write in writes:
        made, by = _version(write.database, write.table, write.commit), _execution(write)
        boxes[made.id] = made
        boxes.setdefault(by.id, by)
        arrows[Arrow(by.id, made.id)] = None
        for read in write.reads:
            source = _source(read)
            boxes.setdefault(source.id, source)
            arrows[Arrow(source.id, by.id)] = None
    return Network(title, tuple(boxes.values()), tuple(arrows))


def _version(database: str, table: str | None, commit: str, problem: str | None = None) -> Box:
    where = database.rstrip("/").rpartition("/")[2] or database
    hint = f"{table or 'query'} at {commit} of {database}" + (f": {problem}" if problem else "")
    name = f"{database}\n{table}\n{commit}"
    return Box(name, table or "query", f"{commit[:8]} in {where}", MISSING if problem else TABLE, hint)


def _source(read: Read) -> Box:
    return _version(read.database, read.table, read.written_by or read.commit, read.problem)


def _execution(write: Write) -> Box:
    name = write.execution_id or f"commit {write.commit[:8]}"
    detail = f"{write.task or ''} {write.date:%Y-%m-%d %H:%M}".strip()
    hint = f"{name} {write.task or ''}, commit {write.commit}, {write.date:%Y-%m-%d %H:%M:%S} UTC"
    return Box(f"{write.database}\n{write.commit}", name, detail, EXECUTION, hint)
