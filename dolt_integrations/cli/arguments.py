"""Arguments and options that several commands share."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from dolt_integrations.cli.exits import reporting
from dolt_integrations.core import Repository
from dolt_integrations.errors import DoltError

if TYPE_CHECKING:
    from collections.abc import Callable

AUTHOR = "DOLT_INTEGRATIONS_AUTHOR"


def complete_tables(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a table in the database that the first argument names."""
    return _matching(ctx, incomplete, lambda repository: repository.tables(ctx.params.get("branch")))


def complete_branches(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a branch."""
    return _matching(ctx, incomplete, lambda repository: list(repository.branches.list()["branch"]))


def complete_runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a run."""
    return _matching(ctx, incomplete, lambda repository: list(repository.runs(most=50)["run"]))


def _matching(ctx: click.Context, incomplete: str, names: Callable[[Repository], list[str]]) -> list[str]:
    try:
        return [name for name in names(Repository(ctx.params["database"])) if name.startswith(incomplete)]
    except (DoltError, KeyError):
        return []  # errors cannot be shown during completion


table = click.argument("table", shell_complete=complete_tables)
branch = click.option(
    "-b", "--branch", shell_complete=complete_branches, help="The branch. Default: the default branch."
)
as_of = click.option("--as-of", help="A commit, tag, branch, HEAD~2 or timestamp (UTC).")
message = click.option("-m", "--message", help="The commit message.")
author = click.option("--author", envvar=AUTHOR, help=f"The author of the commit, 'Name <email>'; also {AUTHOR}.")
exit_code = click.option("--exit-code", is_flag=True, help="Exit with code 1 if there are differences.")

_database = click.argument("database", metavar="DATABASE")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def on_database(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the `Repository` that its first argument names, and `--json`; print errors of this library."""

    @wraps(function)
    def run(*, database: str, author: str | None = None, **options: Any) -> None:
        with reporting():
            function(Repository(database, author=author or None), **options)

    return _database(_as_json(run))
