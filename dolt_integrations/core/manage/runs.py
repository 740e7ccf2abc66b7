"""Listing the runs that have written to a branch, with their commits and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.options import shown_kind
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.provenance.trailers import run_of
from dolt_integrations.core.provenance.undone import reverted
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.engine.versions.log import log
from dolt_integrations.engine.versions.merges import tables_of
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine.versions.log import LogEntry

    Found = Mapping[str, Sequence[LogEntry]]


def runs(place: Place, branch: str | None = None, most: int | None = None) -> pd.DataFrame:
    """Return the runs that have written to a branch, newest first (see `Repository.runs`)."""
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        raise ConfigError(f"most is {shown_kind(most)}", hint="Pass an integer of at least 1, or None.")
    with place.reading(branch) as database, database.connect() as connection, unrecorded_reads():
        _, newest = find_commit(database, SerialBranch(branch), None)
        entries = log(connection, newest)
        found = dict(list(_by_run(entries).items())[:most])
        tables = {entry.commit: tables_of(connection, entry) for each in found.values() for entry in each}
    return _frame(found, tables, reverted(entries))


def _by_run(entries: Sequence[LogEntry]) -> dict[str, list[LogEntry]]:
    """Return the commits of each run, newest first, without merges, which repeat the message of what they merge."""
    found: dict[str, list[LogEntry]] = {}
    for entry in entries:
        run = run_of(entry.message)
        if run is not None and not entry.is_merge:
            found.setdefault(run, []).append(entry)
    return found


def _frame(found: Found, tables: Mapping[str, Sequence[str]], gone: Collection[str]) -> pd.DataFrame:
    texts = {
        "run": list(found),
        "author": [each[0].author for each in found.values()],
        "tables": [", ".join(_names(each, tables)) for each in found.values()],
    }
    last = pd.Series([each[0].date for each in found.values()], dtype="datetime64[us]").dt.tz_localize("UTC")
    frame = pd.DataFrame({name: pd.Series(values, dtype=TEXT_DTYPE) for name, values in texts.items()})
    frame.insert(1, "date", last)
    frame["commits"] = pd.Series([len(each) for each in found.values()], dtype="int64")
    frame["commit"] = pd.Series([each[0].commit for each in found.values()], dtype=TEXT_DTYPE)
    frame["reverted"] = [all(entry.commit in gone for entry in each) for each in found.values()]
    return frame


def _names(entries: Sequence[LogEntry], tables: Mapping[str, Sequence[str]]) -> list[str]:
    return sorted({name for entry in entries for name in tables.get(entry.commit, ())})
