"""Read-only commands: `show`, `log`, `diff`, `blame`, `lineage`, `runs`, `inputs`, `compare`, `doctor`."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, TextIO

import click

from dolt_integrations.cli import arguments
from dolt_integrations.cli.exits import FAILED
from dolt_integrations.cli.output import cell_of, print_fields, print_frame, records_of

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core import Repository

_LINEAGE = ["generation", "table", "commit", "execution_id", "task", "input_table", "input_commit", "problem"]
"""The columns of a lineage that are printed."""


@click.command()
@arguments.on_database
@click.argument("table", required=False, shell_complete=arguments.complete_tables)
@arguments.branch
@arguments.as_of
@click.option("-n", "--rows", default=10, show_default=True, type=click.IntRange(0), help="The number of rows to show.")
def show(
    repository: Repository, table: str | None, branch: str | None, as_of: str | None, rows: int, as_json: bool
) -> None:
    """Show the columns, the number of rows and the first rows of TABLE. Without TABLE, show tables and branches."""
    if table is None:
        _show_database(repository, branch, as_of, as_json=as_json)
        return
    found = repository.table(table, branch).summary(as_of, rows)
    facts = {"table": found.table, "commit": found.commit, "branch": found.branch, "rows": found.rows}
    if as_json:
        parts = {"columns": records_of(found.columns), "first": records_of(found.first.reset_index(drop=True))}
        click.echo(json.dumps({**facts, **parts}, indent=2, ensure_ascii=False))
        return
    print_fields(facts, as_json=False)
    for frame in (found.columns, found.first):
        click.echo()
        print_frame(frame, as_json=False, empty="no rows")


def _show_database(repository: Repository, branch: str | None, as_of: str | None, *, as_json: bool) -> None:
    tables, branches = repository.tables(branch, as_of), repository.branches.list()
    if as_json:
        click.echo(json.dumps({"tables": tables, "branches": records_of(branches)}, indent=2, ensure_ascii=False))
        return
    click.echo(f"tables: {', '.join(map(cell_of, tables)) or '(none)'}\n")
    print_frame(branches, as_json=False)


@click.command()
@arguments.on_database
@click.argument("table", required=False, shell_complete=arguments.complete_tables)
@arguments.branch
@arguments.as_of
@click.option("-n", "--number", type=click.IntRange(1), help="The maximum number of commits.")
def log(
    repository: Repository,
    table: str | None,
    branch: str | None,
    as_of: str | None,
    number: int | None,
    as_json: bool,
) -> None:
    """List the commits that changed TABLE, or all commits, newest first, with the execution that made each."""
    if table is None:
        found = repository.history(branch, as_of)
    else:
        found = repository.table(table, branch).history(as_of)
    _print_commits(found.head(number) if number else found, as_json=as_json)


def _print_commits(found: pd.DataFrame, *, as_json: bool) -> None:
    shown = found if as_json else found[["commit", "date", "author", "run", "message"]]
    print_frame(shown, as_json=as_json, empty="no commits")


@click.command()
@arguments.on_database
@arguments.table
@click.argument("old", default="HEAD~1")
@click.argument("new", default="HEAD")
@arguments.branch
@arguments.exit_code
def diff(
    repository: Repository, table: str, old: str, new: str, branch: str | None, exit_code: bool, as_json: bool
) -> None:
    """List the rows of TABLE that differ between two versions. Default: the changes of the newest commit.

    OLD and NEW are commits, tags, branches, ancestors (HEAD~2) or timestamps.
    """
    found = repository.table(table, branch).diff(old, new)
    print_frame(found, as_json=as_json, empty="no differences")
    if exit_code and not found.empty:
        raise SystemExit(FAILED)


@click.command()
@arguments.on_database
@arguments.table
@arguments.branch
@arguments.as_of
def blame(repository: Repository, table: str, branch: str | None, as_of: str | None, as_json: bool) -> None:
    """Show the commit, and so the execution, that wrote each row of TABLE."""
    found = repository.table(table, branch).blame(as_of)
    keys = found.index.to_frame(index=False)
    keys.columns = [f"key:{name}" if name in found.columns else name for name in keys.columns]
    shown = found.drop(columns=["email"]).reset_index(drop=True)
    print_frame(keys.join(shown), as_json=as_json, empty="no rows")


@click.command()
@arguments.on_database
@arguments.table
@arguments.branch
@arguments.as_of
@click.option("--depth", type=click.IntRange(1), default=10, show_default=True, help="Generations.")
@click.option("--openlineage", is_flag=True, help="Print OpenLineage run events as JSON.")
@click.option("--svg", type=click.File("w", "utf-8", lazy=True), help="Write a picture to this file; - is stdout.")
def lineage(
    repository: Repository,
    table: str,
    branch: str | None,
    as_of: str | None,
    depth: int,
    openlineage: bool,
    svg: TextIO | None,
    as_json: bool,
) -> None:
    """Show the executions that wrote TABLE, the versions they read, and the executions that wrote those."""
    found = repository.table(table, branch).lineage(as_of, depth=depth)
    if svg is not None:
        svg.write(found.to_svg())
    if openlineage:
        click.echo(json.dumps(found.to_openlineage(), indent=2, ensure_ascii=False))
    elif svg is None or as_json:
        frame = found.to_pandas()
        print_frame(frame if as_json else frame[_LINEAGE], as_json=as_json)


@click.command()
@arguments.on_database
@arguments.branch
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many runs.")
def runs(repository: Repository, branch: str | None, number: int, as_json: bool) -> None:
    """List the runs that wrote to the database, newest first, as arguments for `revert` and `compare`."""
    print_frame(repository.runs(branch, number), as_json=as_json, empty="no runs")


@click.command()
@arguments.on_database
@click.argument("run", shell_complete=arguments.complete_runs)
def inputs(repository: Repository, run: str, as_json: bool) -> None:
    """List the versions that RUN read, on any branch. A replay reads the same versions."""
    print_frame(repository.inputs(run), as_json=as_json, empty="the run recorded no inputs")


@click.command()
@arguments.on_database
@click.argument("one", shell_complete=arguments.complete_runs)
@click.argument("other", shell_complete=arguments.complete_runs)
@arguments.branch
@arguments.exit_code
def compare(repository: Repository, one: str, other: str, branch: str | None, exit_code: bool, as_json: bool) -> None:
    """Compare two runs, or two versions, table by table: rows added, changed, removed, and columns."""
    found = repository.compare(one, other, branch)
    print_frame(found, as_json=as_json, empty="no tables")
    if exit_code and (found["change"] != "same").any():
        raise SystemExit(FAILED)


@click.command()
@arguments.on_database
def doctor(repository: Repository, as_json: bool) -> None:
    """Check versions, cache, server, rights, encryption, clock and leftovers. Nothing is changed."""
    import pandas as pd

    found = repository.doctor()
    print_frame(pd.DataFrame([dataclasses.asdict(check) for check in found]), as_json=as_json)
    if any(check.status == "failed" for check in found):
        raise SystemExit(FAILED)
