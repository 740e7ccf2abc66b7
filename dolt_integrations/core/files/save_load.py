"""`save` and `load`: for workflow managers that pass data as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.branches.target import find_target
from dolt_integrations.core.configs.branch import Branch, BranchConf, SerialBranch
from dolt_integrations.core.configs.key import parse_key
from dolt_integrations.core.configs.mode import REPLACE, check_mode
from dolt_integrations.core.configs.options import check_options, check_text, options_of
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.files.file import naming_file, read_args, read_rows, write_args, write_file
from dolt_integrations.core.provenance.meta import metas_for_save
from dolt_integrations.core.reads.read import read_table
from dolt_integrations.core.remotes.follow import saving_to
from dolt_integrations.core.writes.write import write_table
from dolt_integrations.engine import check_table_name, find_table, open_database, parse_author
from dolt_integrations.engine.server.shared import one_server
from dolt_integrations.errors import ConfigError, DatabaseNotFoundError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.transaction.transaction import Transaction
    from dolt_integrations.engine import Location, TableSchema

_SAVE_ARGS = {"mode", "primary_key", "schema", "author", "write_id"}
_LOAD_ARGS = {"as_of"}


@one_server()
def load(
    db: Location,
    filename: str | os.PathLike[str],
    tablename: str | None = None,
    sql: str | None = None,
    load_args: Mapping[str, Any] | None = None,
    branch_conf: BranchConf = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
) -> Version:
    """Load a table or a query's result into a file, in the format that its suffix names.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        filename: The file (see `write_file`).
        tablename: The table. Give either this or `sql`.
        sql: A query.
        load_args: `as_of`, as for `read_table`; other arguments are passed to `write_file`.
        branch_conf: The branch. None is the default branch.
        meta_conf: A `Meta` or several, which record the load.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Returns:
        The version that was read.

    Raises:
        DoltError: As `read_table` and `write_file` do. After an error the file is unchanged.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"], "count": [4]}))
        >>> _ = load(folder, folder + ".csv", "users")
        >>> from pathlib import Path
        >>> print(Path(folder + ".csv").read_text())
        name,count
        Alice,4
    """
    args = options_of(load_args, "load_args")
    check_options(args, _LOAD_ARGS | write_args(filename, args), "load_args")
    loaded = read_table(
        db,
        tablename,
        sql,
        branch_conf=branch_conf,
        as_of=args.pop("as_of", None),
        meta_conf=meta_conf,
        remote_conf=remote_conf,
    )
    write_file(loaded.data, filename, args=args)
    return loaded.version


@one_server()
def save(
    db: Location,
    tablename: str,
    filename: str | os.PathLike[str],
    save_args: Mapping[str, Any] | None = None,
    branch_conf: BranchConf = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
    commit_message: str = "Automated commit",
) -> Version:
    """Save a file, in the format that its suffix names, to a table, and commit it.

    A CSV file has no types. pandas infers them, unless `save_args` names them or the table has columns of other types.
    Saving the same file again makes no commit.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
        tablename: The table. It is created if it does not exist.
        filename: The file (see `read_file`).
        save_args: `mode`, `primary_key` and `write_id` as for `write_table`, `author` (`Name <email>`), and `schema`
            (`"overwrite"` recreates the table); other arguments are passed to `read_file`.
        branch_conf: The branch. None is the default branch.
        meta_conf: A `Meta` or several, which record the save.
        remote_conf: A remote. The branch is pulled from it before the save, and pushed to it afterwards.
        commit_message: The commit message.

    Returns:
        The version that the branch has now.

    Raises:
        FileError: The file is missing, empty, ragged, not UTF-8 or not in its format. Nothing is written.
        DoltError: As `read_file` and `write_table` do.

    Example:
        >>> from pathlib import Path
        >>> _ = Path(folder + ".csv").write_text("name,count" + chr(10) + "Alice,4")
        >>> save(folder, "users", folder + ".csv", {"primary_key": "name"}).changed
        True
    """
    check_table_name(tablename)
    ours, args = _split(filename, save_args)
    check_text(commit_message, "commit_message")
    branch, remote = Branch.parse(branch_conf) or SerialBranch(), Remote.parse(remote_conf)
    metas, author = metas_for_save(meta_conf), ours["author"]
    with saving_to(remote, db, branch, author):
        existing = None if ours["overwrite"] else _existing(db, tablename, branch)
        rows = read_rows(filename, table=tablename, existing=existing, args=args)
        with naming_file(rows, filename, args):
            return write_table(
                db,
                tablename,
                rows,
                branch_conf=branch,
                message=commit_message,
                meta_conf=metas,
                **ours,
            )


def save_in(
    transaction: Transaction,
    tablename: str,
    filename: str | os.PathLike[str],
    save_args: Mapping[str, Any] | None = None,
) -> None:
    """Write a file to a table as `save` does, but in a `Transaction`, in which the table may have changed already.

    Args:
        transaction: The transaction, within its `with` block.
        tablename: The table. It is created if it does not exist.
        filename: The file (see `read_file`).
        save_args: As for `save`, except that the author and the write id are the transaction's.

    Raises:
        FileError: The file is missing, empty, ragged, not UTF-8 or not in its format. Nothing is written.
        DoltError: As `read_file` and `Transaction.write` do.

    Example:
        >>> from pathlib import Path
        >>> _ = Path(folder + ".csv").write_text("name,count" + chr(10) + "Alice,4")
        >>> with Transaction(folder) as work:
        ...     save_in(work, "users", folder + ".csv", {"primary_key": "name"})
        >>> read_table(folder, "users").data["name"].tolist()
        ['Alice']
    """
    check_table_name(tablename)
    ours, args = _split(filename, save_args)
    commit = transaction.scan(tablename=tablename).commit
    existing = None if ours["overwrite"] or commit is None else _existing_at(transaction.db, tablename, commit())
    rows = read_rows(filename, table=tablename, existing=existing, args=args)
    options = {name: ours[name] for name in ("primary_key", "mode", "overwrite")}
    with naming_file(rows, filename, args):
        transaction.write(tablename, rows, **options)


def _split(
    filename: str | os.PathLike[str], save_args: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the checked options for `write_table`, and those for `read_file`."""
    args = options_of(save_args, "save_args")
    check_options(args, _SAVE_ARGS | read_args(filename, args), "save_args")
    given = {name: args.pop(name) for name in _SAVE_ARGS if name in args}
    author, overwrite, mode = given.get("author"), _overwrites(given.get("schema")), given.get("mode", REPLACE)
    check_mode(mode, overwrite=overwrite)
    ours = {"mode": mode, "overwrite": overwrite, "primary_key": parse_key(given.get("primary_key"))}
    return {
        **ours,
        "author": parse_author(author) if author is not None else None,
        "write_id": given.get("write_id"),
    }, args


def _overwrites(schema: Any) -> bool:
    if schema not in (None, "overwrite"):
        raise ConfigError(f"save_args has schema={schema!r}", hint="The only value is 'overwrite'.")
    return schema is not None


def _existing_at(db: Location, tablename: str, commit: str) -> TableSchema | None:
    with open_database(db) as database, database.connect(commit) as snapshot:
        return find_table(snapshot, tablename)


def _existing(db: Location, tablename: str, branch_conf: Branch) -> TableSchema | None:
    """Return the table's schema at the commit that the save starts from. None without a table or a database."""
    try:
        with open_database(db) as database, database.connect() as connection:
            start = find_target(connection, database, branch_conf).start
            with database.connect(start) as snapshot:
                return find_table(snapshot, tablename)
    except DatabaseNotFoundError:
        return None
