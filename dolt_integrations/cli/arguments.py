"""Arguments and options that commands share."""

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
    """Complete the name of a table of the database that is named already."""
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
        return []  # a shell that completes shows no errors


table = click.argument("table", shell_complete=complete_tables)
branch = click.option("-b", "--branch", shell_complete=complete_branches, help="The branch; else the default one.")
as_of = click.option("--as-of", help="A commit, tag, branch, HEAD~2 or timestamp (UTC).")
message = click.option("-m", "--message", help="The message of the commit.")
author = click.option("--author", envvar=AUTHOR, help=f"'Name <email>' for the commit (or {AUTHOR}).")
exit_code = click.option("--exit-code", is_flag=True, help="End with 1 if there are differences.")

_database = click.argument("database", metavar="DATABASE")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def on_database(function: Callable[..., None]) -> Callable[..., None]:
    """Let a command get the `Repository` of its first argument, and `--json`; report errors of ours."""

    @wraps(function)
    def run(*, database: str, author: str | None = None, **options: Any) -> None:
        with reporting():
            function(Repository(database, author=author or None), **options)

    return _database(_as_json(run))
