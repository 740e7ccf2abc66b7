"""The versions of a table in the shared caches, from which a machine without any version can build a newer one.

Each shared cache has one small object per table: a commit and a table hash for each of its newest versions. It is found
by its name, without listing anything, and is written after the rows of the versions. If two machines write it at once,
one of the versions is missing from it. It is only a hint: readers ask the server which version the commit has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.rows import shared_cache
from dolt_integrations.core.rows.cache_places import shared_places
from dolt_integrations.core.rows.kept_versions import KeptVersion, table_key
from dolt_integrations.engine import is_commit_hash
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.rows.cache_places import SharedPlace

_MOST_BYTES = 64 << 10


def shared_versions(source: str, table: str) -> Iterator[tuple[SharedPlace, list[KeptVersion]]]:
    """Yield each shared cache in use with the versions of a table that it lists, newest first.

    Args:
        source: Their source, as of `ServerAddress.source`.
        table: The table, in any case.
    """
    for place in filter(shared_cache.is_in_use, shared_places()):
        yield place, _listed(place, table_key(source, table))


def share_version(source: str, table: str, version: KeptVersion) -> None:
    """List a version whose rows were just stored in the shared caches, where it is not listed yet."""
    key = table_key(source, table)
    for place in filter(shared_cache.is_in_use, shared_places()):
        known = _listed(place, key)
        if shared_cache.is_in_use(place) and all(each.table_hash != version.table_hash for each in known):
            shared_cache.replace(place, key, _rows([version, *known][: limits().kept_versions]))


def _listed(place: SharedPlace, key: str) -> list[KeptVersion]:
    rows = shared_cache.find(place, key, _MOST_BYTES)
    if rows is None or rows.schema != _SCHEMA:
        return []
    found = zip(*(column.to_pylist() for column in rows.columns), strict=True)
    return [KeptVersion(*each) for each in found if all(is_commit_hash(value or "") for value in each)]


_SCHEMA = pa.schema([("commit", pa.string()), ("table_hash", pa.string())])


def _rows(versions: list[KeptVersion]) -> pa.Table:
    return pa.table([[each.commit for each in versions], [each.table_hash for each in versions]], schema=_SCHEMA)
