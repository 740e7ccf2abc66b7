"""The thresholds (rows, bytes, seconds) by which the core and the engine choose how to work, in one object."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Limits:
    """Thresholds that follow from measured costs. Only `later_commits` and `former_versions` can change what is saved.

    Limits of Dolt, MySQL or a file format are not thresholds. They are defined where they are used.

    Attributes:
        insert_rows: Up to this many rows, an INSERT is as fast as writing a file, loading it and reading warnings.
        insert_bytes: The most characters of rows in one INSERT statement.
        load_rows: Rows converted to text at a time for `LOAD DATA`. Converting all at once would take more memory than
            the frame.
        in_place_rows: Up to this many rows, a table is written in a transaction on its branch, which blocks other
            writers; more rows are written on a private branch. A `replace` of `compared_rows` or more is compared
            first, and written in a transaction if at most this many rows differ.
        compared_rows: From this many rows on, a `replace` compares the table with the new rows; rewriting fewer rows is
            as fast.
        delete_cost: The cost of deleting a row by its key, relative to loading a row (Dolt 1.83).
        replace_cost: The cost of replacing a row, relative to loading a row.
        stream_rows: Rows per batch of a LazyFrame.
        plain_fetch_rows: Up to this many rows, reading in the open session is as fast as with connectorx, which opens
            a session of its own.
        cached_bytes: From this many bytes on, a version is cached; reading a smaller one from the server is as fast.
        kept_versions: The most versions of a table to list in the cache.
        difference_share: A version is built from a cached one only if at most one row in this many differs.
        difference_tries: The most cached versions to try for that.
        fetch_seconds: How long a reader waits for another reader that is fetching the same version.
        shared_cache_seconds: How long a shared cache is not used after it failed.
        attempts: How often an operation that loses races against other writers is tried.
        index_commits: The number of new commits after which the index of write ids is updated.
        later_commits: The most commits after a write in which a retry looks for one that took its rows away unmarked.
        former_versions: The most versions of a table from before the write that it compares these with.
        leftover_branches: The most private branches that one save checks, which bounds its time.
        leftover_seconds: The time between two searches of a process for leftover branches in a database.
        abandoned_seconds: The age at which a private branch of an old version, which has no lock, counts as abandoned.
        idle_sessions: The most idle sessions that a process keeps for reuse.
        idle_seconds: How long it keeps them.
        silent_seconds: How long a new session waits for a server that sends nothing, before it is opened again.
        progress_seconds: How long an operation runs before a progress bar is shown. Most saves take less.
        card_seconds: The total time that a card may spend on queries.
        card_rows: Up to this many rows, a card counts a table without a key: Dolt takes a second per million.
        card_changes: Up to this many changed rows, a card counts them.
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
    later_commits: int = 1_000
    former_versions: int = 100
    leftover_branches: int = 50
    leftover_seconds: float = 60.0
    abandoned_seconds: float = 24 * 3600.0
    idle_sessions: int = 8
    idle_seconds: float = 20.0
    silent_seconds: float = 5.0
    progress_seconds: float = 1.0
    card_seconds: float = 10.0
    card_rows: int = 100_000
    card_changes: int = 10_000


_current = Limits()


def limits() -> Limits:
    """Return the limits that apply in this process now."""
    return _current


@contextmanager
def limited(**changes: Any) -> Iterator[Limits]:
    """Change limits of this process, in all threads, during a block. Tests use it to reach a code path with few rows.

    Args:
        changes: Fields of `Limits`.

    Raises:
        TypeError: A name is not a field of `Limits`.

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
