"""The thresholds at which the core and the engine choose another way: rows, bytes and seconds, in one object."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Limits:
    """Thresholds that follow from measured costs. None of them changes what a save or a load means.

    What Dolt, MySQL or a file format prescribes is no threshold, and stands where it is used.

    Attributes:
        insert_rows: Rows up to which an INSERT takes no longer than to write a file, load it and ask for warnings.
        insert_bytes: Characters of the rows of one INSERT statement.
        load_rows: Rows that are converted to text at a time for `LOAD DATA`; all at once would take more memory than
            the frame.
        in_place_rows: Rows up to which a table is written in a transaction on its branch, while other writers wait;
            more rows are written on a private branch.
        compared_rows: Rows from which on a table is compared with what it is to hold; fewer are written anew as fast.
        delete_cost: What deleting a row by its key costs, in rows loaded (Dolt 1.83).
        replace_cost: What writing a row in the place of another costs, in rows loaded.
        stream_rows: Rows of the batches in which a LazyFrame is read.
        plain_fetch_rows: Rows up to which a table is read in the open session as fast as by connectorx, which opens one
            of its own.
        cached_bytes: Bytes from which on a version is cached; a smaller one is read from the server as fast.
        kept_versions: Versions of a table that the list beside the cache names.
        difference_share: A version is made of a cached one if at most one row in this many differs.
        difference_tries: Cached versions that are tried for it.
        fetch_seconds: How long a reader waits for another one that fetches the same version.
        shared_cache_seconds: How long a shared cache is left alone after it failed.
        attempts: How often work that other writers overtake is tried.
        index_commits: Commits after which the index of write ids is brought up to date.
        leftover_branches: Private branches that one save looks at, so that it stays short after many were left.
        leftover_seconds: How long a process that saves does not look for leftovers in a database again.
        abandoned_seconds: Age from which a private branch whose name says nothing of its session counts as abandoned.
        idle_sessions: Sessions that a process keeps for the next block.
        idle_seconds: How long it keeps them.
        silent_seconds: How long a new session waits for a server that says nothing, before it is opened anew.
        progress_seconds: How long work goes on before a bar is shown; most saves have ended by then.
        card_seconds: How long a card may look at a database, all in all.
        card_rows: Rows up to which a card counts a table without a key: Dolt needs a second for each million.
        card_changes: Changed rows up to which a card counts them.
    """

    insert_rows: int = 100
    insert_bytes: int = 1 << 20
    load_rows: int = 25_000
    in_place_rows: int = 10_000
    compared_rows: int = 1_000
    delete_cost: float = 2.0
    replace_cost: float = 1.5
    stream_rows: int = 500_000
    plain_fetch_rows: int = 1_000
    cached_bytes: int = 256 << 10
    kept_versions: int = 8
    difference_share: int = 20
    difference_tries: int = 2
    fetch_seconds: float = 120.0
    shared_cache_seconds: float = 60.0
    attempts: int = 12
    index_commits: int = 1_000
    leftover_branches: int = 50
    leftover_seconds: float = 60.0
    abandoned_seconds: float = 24 * 3600.0
    idle_sessions: int = 8
    idle_seconds: float = 60.0
    silent_seconds: float = 5.0
    progress_seconds: float = 1.0
    card_seconds: float = 10.0
    card_rows: int = 100_000
    card_changes: int = 10_000


_current = Limits()


def limits() -> Limits:
    """Return the limits of this process."""
    return _current


@contextmanager
def limited(**changes: Any) -> Iterator[Limits]:
    """Change limits of this process, in all threads, while a block runs. Tests use it to take a way with few rows.

    Args:
        changes: Fields of `Limits`.

    Raises:
        TypeError: A name is no field of `Limits`.

    Example:
        >>> with limited(insert_rows=0) as changed:
        ...     changed.insert_rows, limits() is changed
        (0, True)
        >>> limits().insert_rows
        100
    """
    global _current
    before, _current = _current, replace(_current, **changes)
    try:
        yield _current
    finally:
        _current = before
