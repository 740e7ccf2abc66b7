"""Hooks that record every save and load."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from dolt_integrations.core.configs.options import made_of, shown_kind
from dolt_integrations.core.provenance.trailers import execution_of
from dolt_integrations.core.provenance.write_id import write_id_of
from dolt_integrations.engine.versions.commits import count_changes, message_of, parent
from dolt_integrations.errors import ConfigError, DoltError, MetadataError, QueryError

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Connection, Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Action:
    """A record of a save or a load, as hooks receive it.

    Attributes:
        kind: `save` or `load`.
        database: The database, without a password.
        tablename: The table, or None for a query.
        sql: The query, or None for a table.
        branch: The branch that was written to or read from. None if a commit was read without naming a branch.
        from_commit: The commit before the save; for a load, the commit that was read.
        to_commit: The commit after the save; for a load, the commit that was read.
        timestamp: The time of the action, in UTC.
        context_id: The execution, the run or the write id. None if the commit's message names none.
        rows_added: The rows that the save added. None for a load, or if Dolt cannot compare the versions.
        rows_modified: The rows that it modified; None as above.
        rows_deleted: The rows that it deleted; None as above.

    Example:
        >>> heard = []
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), meta_conf=CallbackMeta(heard.append))
        >>> heard[0].kind, heard[0].tablename, heard[0].rows_added
        ('save', 'users', 1)
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
    """The base class of all hooks.

    Example:
        >>> isinstance(CallbackMeta(print), Meta), isinstance(DoltMeta("meta_db", "actions"), Meta)
        (True, True)
    """

    kinds: ClassVar[dict[str, type[Meta]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Register the class under its name, which literals contain."""
        super().__init_subclass__(**kwargs)
        Meta.kinds[cls.__name__] = cls

    def record(self, action: Action) -> None:
        """Record an action. Any exception becomes a `MetadataError`."""
        raise NotImplementedError(f"{type(self).__name__} has no method record")

    def missing(self) -> DoltError | None:
        """Return an error if the hook cannot record in this program, otherwise None."""
        return None

    def to_dict(self) -> dict[str, Any] | None:
        """Return the config as a JSON object for `metas_from_dicts`, or None if it cannot be serialized."""
        raise NotImplementedError(f"{type(self).__name__} has no method to_dict")


MetaConf: TypeAlias = Meta | Mapping[str, Any] | Callable[[Action], object]
"""What is accepted as a hook: a `Meta`, the result of its `to_dict`, or the function of a `CallbackMeta`."""

Metas: TypeAlias = MetaConf | Sequence[MetaConf] | None


def metas_of(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the hooks as a tuple.

    Raises:
        ConfigError: A value is not a hook, or a field of a mapping is wrong.

    Example:
        >>> metas_of(None), len(metas_of(DoltMeta("meta_db", "actions")))
        ((), 1)
    """
    if meta_conf is None:
        return ()
    return tuple(map(_parse, meta_conf if isinstance(meta_conf, (list, tuple)) else [meta_conf]))


def metas_for_save(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the hooks of a save, after checking that all can record.

    Raises:
        ConfigError: A value is not a hook, or it cannot record here, such as a callback that is not registered.
    """
    metas = metas_of(meta_conf)
    for meta in metas:
        if (problem := meta.missing()) is not None:
            raise problem
    return metas


def metas_for_load(meta_conf: Metas) -> tuple[Meta, ...]:
    """Return the hooks of a load that can record. A warning is logged for the others.

    A program that reads another team's table need not have registered the callbacks of its writers.

    Raises:
        ConfigError: A value is not a hook.
    """
    metas = metas_of(meta_conf)
    for problem in filter(None, (meta.missing() for meta in metas)):
        logger.warning("not recording the load: %s", problem)
    return tuple(meta for meta in metas if meta.missing() is None)


def _parse(value: Any) -> Meta:
    if isinstance(value, Meta) and type(value) is not Meta:
        return value
    if isinstance(value, Mapping):
        return made_of(value, Meta.kinds, "meta_conf")
    if callable(value) and not isinstance(value, type):
        return _parse({"_type": "CallbackMeta", "fn": value})
    kinds = ", ".join(sorted(Meta.kinds))
    raise ConfigError(f"meta_conf is {shown_kind(value)}", hint=f"Pass one of {kinds}, or a list of them.")


def metas_from_dicts(values: Metas | Iterable[Any]) -> Metas:
    """Create hooks from what `Meta.to_dict` returned, alone or in a list.

    Raises:
        ConfigError: The class of a hook is unknown, or a field is wrong.

    Example:
        >>> metas_from_dicts(DoltMeta("meta_db", "actions").to_dict()).tablename
        'actions'
    """
    if values is None or isinstance(values, Meta):
        return values
    if isinstance(values, str) or not isinstance(values, Iterable) or isinstance(values, Mapping):
        return _parse(values)
    return [_parse(value) for value in values]


def record_save(metas: Iterable[Meta], database: Database, version: Version, tablename: str, message: str) -> None:
    """Record a save, including one that an earlier attempt made and this one adopted.

    Raises:
        MetadataError: A hook failed. The save succeeded.
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
    """Count the added, modified and deleted rows. None if Dolt cannot compare, as after a change of the key."""
    if before is None or before == after:
        return 0, 0, 0
    try:
        return count_changes(connection, before, after, table)
    except QueryError as error:
        logger.info("cannot count the changes of table %s: %s", table, error)
        return None, None, None


def record_load(metas: Iterable[Meta], database: str, version: Version, tablename: str | None, sql: str | None) -> None:
    """Record a load.

    Raises:
        MetadataError: A hook failed.
    """
    commit = version.commit
    _record(metas, Action("load", database, tablename, sql, version.branch, commit, commit, _now()))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _record(metas: Iterable[Meta], action: Action) -> None:
    """Call all hooks, then raise an error for the first that failed."""
    failures = [failure for meta in metas if (failure := _failure(meta, action)) is not None]
    if failures:
        meta, error = failures[0]
        done = f"the save succeeded as commit {action.to_commit} of {action.database}"
        what = done if action.kind == "save" else "the load succeeded"
        raise MetadataError(
            f"{type(meta).__name__} could not record the {action.kind} of "
            f"{action.tablename or action.sql!r}: {error}; {what}",
            hint=getattr(error, "hint", None) if isinstance(error, DoltError) else "Fix the hook.",
        ) from error


def _failure(meta: Meta, action: Action) -> tuple[Meta, Exception] | None:
    try:
        meta.record(action)
    except Exception as error:  # noqa: BLE001 - whatever the user's function raises
        return meta, error
    return None
