"""Lineage of Kedro runs: the tables that a run wrote, the versions that it read, and the runs that wrote those."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.adapters import from_literal, parse_location
from dolt_integrations.core import history
from dolt_integrations.errors import NotFoundError, QueryError, RunNotFoundError, ServerError
from dolt_integrations.kedro.origin import inputs_in, outputs_in, run_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core import Location
    from dolt_integrations.kedro.place import BranchEntry

logger = logging.getLogger(__name__)

_WHO, _WHAT = ["run", "pipeline", "node", "kind"], ["dataset", "table", "database", "branch", "commit"]
COLUMNS = [*_WHO, *_WHAT, "written_by", "git_commit"]


def lineage(database: Location, run: str | None = None, *, branch: BranchEntry = None) -> pd.DataFrame:
    """Return what Kedro runs wrote to a branch, what they read, and which runs wrote that.

    Args:
        database: A directory or a `mysql://` URL.
        run: The id of a run; None is all of them.
        branch: The branch; None is the default branch.

    Returns:
        A row for each table that a node read or wrote, newest run first: `run`, `pipeline`, `node`, `kind` (`read` or
        `write`), `dataset`, `table` (of a query its SQL), `database`, `branch` (of a write), `commit`, `written_by`
        (of a read the execution that last changed the table at that commit, missing where none did or the database
        cannot be read), `git_commit` (of the project's code). The environment's password is not sent to servers that
        only a commit names.

    Raises:
        RunNotFoundError: No commit of the branch is of that run.
        NotFoundError: No such database or branch.

    Example:
        >>> message = "Kedro run: 7" + chr(10) * 2 + "Kedro-Output: users users make"
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), message=message)
        >>> lineage(folder)[["run", "node", "kind", "table"]].values.tolist()
        [['7', 'make', 'write', 'users']]
    """
    past = history(database, branch_conf=branch)
    rows = [row for entry in past.to_dict("records") for row in _rows(database, entry) if run in (None, row[0])]
    if run is not None and not rows:
        known = dict.fromkeys(found.id for message in past["message"] if (found := run_of(message)) is not None)
        hint = f"The newest runs there are {', '.join(list(known)[:3])}." if known else "No run has written there."
        raise RunNotFoundError(f"no Kedro run {run!r} has written to {parse_location(database)}", hint=hint)
    # A merge has the message of the commit that it brings; the branch has the rows with the merge.
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates([*_WHO, "dataset", "table"], ignore_index=True)


def _rows(database: Location, entry: dict[Any, Any]) -> Iterator[tuple[Any, ...]]:
    message = entry["message"]
    run = run_of(message)
    if run is None:
        return
    here = str(parse_location(database))
    for each in inputs_in(message):
        source = database if each.database == here else str(from_literal(each.database))
        writer = _writer(source, each.table, each.commit)
        place = (each.database, None, each.commit)
        yield run.id, run.pipeline, each.node, "read", each.dataset, each.table, *place, writer, run.git_commit
    for output in outputs_in(message):
        place = (here, entry["branch"], entry["commit"])
        yield run.id, run.pipeline, output.node, "write", output.dataset, output.table, *place, run.id, run.git_commit


def _writer(database: Location, table: str, commit: str) -> str | None:
    try:
        past = history(database, table, as_of=commit)
    except (NotFoundError, QueryError, ValueError):
        return None  # a query, or a database that is not here any more
    except ServerError as error:
        logger.warning("cannot find out who wrote %s at commit %s: %s", table, commit, error)
        return None
    writer = past["execution_id"].iloc[0] if len(past) else None
    return None if pd.isna(writer) else str(writer)
