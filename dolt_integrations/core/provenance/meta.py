"""Metadata: what is told of each save and load, and to whom."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from dolt_integrations.core.configs.options import made_of, shown_kind
from dolt_integrations.core.provenance.trailers import execution_of
from dolt_integrations.core.provenance.write_id import write_id_of
from dolt_integrations.engine.versions.procedures import count_changes, message_of, parent
from dolt_integrations.errors import ConfigError, DoltError, MetadataError, QueryError

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Connection, Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Action:
    """A save or a load, as it is told.

    Attributes:
        kind: `save` or `load`.
        database: Where, without a password.
        tablename: The table; or
        sql: the query.
        branch: Written to or read from; None for a commit of no branch.
        from_commit: Before the save; of a load, the commit that was read.
        to_commit: After it.
        timestamp: When, in UTC.
        context_id: The execution, the run or the write that did it; None where the commit's message names none.
        rows_added: Between the two commits, as the next two; None for a load.
        rows_modified: Rows.
        rows_deleted: Rows.
    """

    kind: str
    database: str
    tablename: str | None
    sql: str | None
    branch: str | None
    from_commit: str | None
    to_commit: str
    timestamp: datetime.datetime
    context_id: str | None = None
    rows_added: int | None = None
    rows_modified: int | None = None
    rows_deleted: int | None = None


@dataclass(frozen=True)
class Meta:
    """The base of all metadata configs."""

    kinds: ClassVar[dict[str, type[Meta]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Make the kind known by its name, which is how it travels."""
        super().__init_subclass__(**kwargs)
        Meta.kinds[cls.__name__] = cls

    def record(self, action: Action) -> None:
        """Tell of an action."""
        raise NotImplementedError

    def missing(self) -> DoltError | None:
        """Return why nothing can be recorded in this program; None where it can."""
        return None

    def to_dict(self) -> dict[str, Any] | None:
        """Return the config as a JSON object that `metas_from_dicts` understands; None if it cannot travel."""
        raise NotImplementedError


MetaConf: TypeAlias = Meta | Mapping[str, Any] | Callable[[Action], object]
"""What is understood as one metadata config: one, its `to_dict`, or the function of a `CallbackMeta`."""

Metas: TypeAlias = MetaConf | Sequence[MetaConf] | None


def metas_of(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the configs, however many there are.

    Raises:
        ConfigError: One of them is none, or a field of a mapping is wrong.
    """
    if meta_conf is None:
        return ()
    return tuple(map(_parse, meta_conf if isinstance(meta_conf, (list, tuple)) else [meta_conf]))


def metas_for_save(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the configs, all of which can record.

    Raises:
        ConfigError: One of them is none, or cannot record here, such as a callback that the program has not registered.
    """
    metas = metas_of(meta_conf)
    for meta in metas:
        if (problem := meta.missing()) is not None:
            raise problem
    return metas


def metas_for_load(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the configs that can record; of the others a warning is logged.

    Whoever reads a table of another team has not registered the callbacks of its writers, and reads all the same.

    Raises:
        ConfigError: One of them is none.
    """
    metas = metas_of(meta_conf)
    for problem in filter(None, (meta.missing() for meta in metas)):
        logger.warning("the load is not recorded: %s", problem)
    return tuple(meta for meta in metas if meta.missing() is None)


def _parse(value: Any) -> Meta:
    if isinstance(value, Meta) and type(value) is not Meta:
        return value
    if isinstance(value, Mapping):
        return made_of(value, Meta.kinds, "meta_conf")
    if callable(value) and not isinstance(value, type):
        return _parse({"_type": "CallbackMeta", "fn": value})
    kinds = ", ".join(sorted(Meta.kinds))
    raise ConfigError(f"meta_conf is {shown_kind(value)}", hint=f"Give one of {kinds}, or a list of them.")


def metas_from_dicts(values: Metas | Iterable[Any]) -> Metas:
    """Make metadata configs of what `Meta.to_dict` returned, alone or in a list.

    Raises:
        ConfigError: There is no such kind of metadata, or a field is wrong.
    """
    if values is None or isinstance(values, Meta):
        return values
    if isinstance(values, str) or not isinstance(values, Iterable) or isinstance(values, Mapping):
        return _parse(values)
    return [_parse(value) for value in values]


def record_save(metas: Iterable[Meta], database: Database, version: Version, tablename: str, message: str) -> None:
    """Tell of a save, one that an earlier attempt has made included.

    Raises:
        MetadataError: Somebody could not be told. The save is there.
    """
    write = write_id_of(message)
    with database.connect() as connection:
        made = version.changed or (write is not None and _write_of(connection, version.commit) == write)
        before = parent(connection, version.commit) if made else version.commit
        counts = _counts(connection, before, version.commit, tablename)
    context = execution_of(message) or write
    action = Action(
        "save", database.location, tablename, None, version.branch, before, version.commit, _now(), context, *counts
    )
    _record(metas, action)


def _write_of(connection: Connection, commit: str) -> str | None:
    return write_id_of(message_of(connection, commit))


def _counts(
    connection: Connection, before: str | None, after: str, table: str
) -> tuple[int | None, int | None, int | None]:
    """Count the rows that changed; unknown where Dolt does not compare the two, as with another primary key."""
    if before is None or before == after:
        return 0, 0, 0
    try:
        return count_changes(connection, before, after, table)
    except QueryError as error:
        logger.info("the changes of table %s are not counted: %s", table, error)
        return None, None, None


def record_load(metas: Iterable[Meta], database: str, version: Version, tablename: str | None, sql: str | None) -> None:
    """Tell of a load.

    Raises:
        MetadataError: Somebody could not be told.
    """
    commit = version.commit
    _record(metas, Action("load", database, tablename, sql, version.branch, commit, commit, _now()))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _record(metas: Iterable[Meta], action: Action) -> None:
    """Tell everybody, then raise for the first who could not be told."""
    failures = [failure for meta in metas if (failure := _failure(meta, action)) is not None]
    if failures:
        meta, error = failures[0]
        what = f"commit {action.to_commit} of {action.database} is there" if action.kind == "save" else "it was read"
        raise MetadataError(
            f"{type(meta).__name__} could not record the {action.kind} of "
            f"{action.tablename or action.sql!r}: {error}; {what}",
            hint=getattr(error, "hint", None) if isinstance(error, DoltError) else "Mend the callback.",
        ) from error


def _failure(meta: Meta, action: Action) -> tuple[Meta, Exception] | None:
    try:
        meta.record(action)
    except Exception as error:  # noqa: BLE001 - whatever the user's function raises
        return meta, error
    return None
