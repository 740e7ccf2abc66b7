"""How a command ends: error messages and exit codes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dolt_integrations.cli.output import cell_of
from dolt_integrations.errors import (
    AuditError,
    ConfigError,
    DataError,
    DoltError,
    MergeConflictError,
    NotFoundError,
    ServerError,
    UnmergedBranchError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED, USAGE, NOT_FOUND, REFUSED, UNREACHABLE = 1, 2, 3, 4, 5

EPILOG = """Exit codes: 0 done; 1 failed (or differences with --exit-code, or a check of doctor that failed); 2 wrong
usage; 3 no such database, branch, version, table or run; 4 refused, nothing is changed (a conflict, an audit, a branch
that is not merged); 5 the server cannot be reached or refuses the user."""

_CODES: tuple[tuple[type[DoltError], int], ...] = (
    (NotFoundError, NOT_FOUND),
    (MergeConflictError, REFUSED),
    (AuditError, REFUSED),
    (UnmergedBranchError, REFUSED),
    (ServerError, UNREACHABLE),
    (ConfigError, USAGE),
    (DataError, USAGE),
)


@contextmanager
def reporting() -> Iterator[None]:
    """Print an error of this library to stderr, with the rows in conflict, and exit with its code."""
    try:
        yield
    except DoltError as error:
        click.echo(f"Error: {cell_of(' '.join(str(error).split()))}", err=True)
        for line in _conflicts(error):
            click.echo(line, err=True)
        raise SystemExit(code_of(error)) from None


def code_of(error: DoltError) -> int:
    """Return the exit code of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILED)


def _conflicts(error: DoltError) -> Iterator[str]:
    for conflict in getattr(error, "conflicts", ()):
        yield f"  {cell_of(conflict.table)}: {conflict.count} in conflict ({conflict.kind})"
        for row in conflict.rows:
            sides = {"was": row.base, "is": row.ours, "would be": row.theirs}
            yield "    " + "; ".join(f"{side} {cell_of(str(values))}" for side, values in sides.items() if values)
