"""Commands that change something: `promote`, `revert`, `restore`, `prune`, `gc`. Each is all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dolt_integrations.cli import arguments
from dolt_integrations.cli.output import print_fields, print_frame

if TYPE_CHECKING:
    from dolt_integrations.core import Repository, Version


def _print(version: Version, *, as_json: bool) -> None:
    done = {"commit": version.commit, "branch": version.branch}
    if as_json:
        print_fields({**done, "changed": version.changed}, as_json=True)
    elif version.changed:
        click.echo(f"{version.branch} is at {version.commit} now")
    else:
        click.echo(f"nothing to do: {version.branch} stays at {version.commit}")


@click.command()
@arguments.on_database
@click.argument("branch", shell_complete=arguments.complete_branches)
@click.option("--into", shell_complete=arguments.complete_branches, help="Where to; else the default branch.")
@click.option("--on-conflict", type=click.Choice(["ours", "theirs"]), help="Whose rows win: those of --into are ours.")
@click.option("--tests", is_flag=True, help="Run Dolt's tests (the table dolt_tests) before.")
@arguments.message
@arguments.author
def promote(
    repository: Repository,
    branch: str,
    into: str | None,
    on_conflict: str | None,
    tests: bool,
    message: str | None,
    as_json: bool,
) -> None:
    """Merge BRANCH, as a run has left it, into the default branch."""
    version = repository.promote(branch, into, tests=tests, on_conflict=on_conflict, message=message)
    _print(version, as_json=as_json)


@click.command()
@arguments.on_database
@click.argument("run", shell_complete=arguments.complete_runs)
@arguments.branch
@arguments.message
@arguments.author
def revert(repository: Repository, run: str, branch: str | None, message: str | None, as_json: bool) -> None:
    """Undo RUN: all its commits on all its tables, in one commit. Later rows stay; a conflict changes nothing.

    RUN is an execution's id (ex:project:domain:name), the Run-Id of a local run, a Metaflow run (Flow/7), or a commit;
    `runs` lists them.
    """
    _print(repository.revert(run, branch, message=message), as_json=as_json)


@click.command()
@arguments.on_database
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...", shell_complete=arguments.complete_tables)
@click.option("--to", required=True, help="A commit, tag, branch, HEAD~2 or timestamp (UTC).")
@arguments.branch
@arguments.message
@arguments.author
def restore(
    repository: Repository, tables: tuple[str, ...], to: str, branch: str | None, message: str | None, as_json: bool
) -> None:
    """Make each TABLE what it was at a version, in one commit."""
    _print(repository.restore(tables, to, branch, message=message), as_json=as_json)


@click.command()
@arguments.on_database
@click.option("--older-than", type=click.FloatRange(0), metavar="DAYS", help="Unmerged branches go after so many days.")
@click.option("--like", metavar="PATTERN", help="Which branches, with * and ?; else those that runs have left.")
@click.option("--into", help="What counts as merged: what this branch has; else the default branch.")
@click.option(
    "--keep-commits/--lose-commits", default=True, show_default=True, help="Tag the commits of unmerged branches."
)
@click.option("--delete", is_flag=True, help="Delete them; without it nothing is changed.")
@arguments.author
def prune(
    repository: Repository,
    older_than: float | None,
    like: str | None,
    into: str | None,
    keep_commits: bool,
    delete: bool,
    as_json: bool,
) -> None:
    """List the branches of runs that are merged or old, and delete them with --delete.

    Outputs of tasks are pinned to commits, which `gc` removes with the last branch or tag that leads to them: so
    unmerged branches leave a tag, unless --lose-commits is given.
    """
    found = repository.prune(older_than=older_than, like=like, into=into, keep_commits=keep_commits, dry_run=not delete)
    print_frame(found, as_json=as_json, empty="no branches of runs")
    if not as_json and not delete and (found["action"] == "delete").any():
        click.echo("\nNothing is changed. Say --delete to delete them.")


@click.command()
@arguments.on_database
@click.option("--full", is_flag=True, help="Also look through what earlier collections have kept.")
def gc(repository: Repository, full: bool, as_json: bool) -> None:
    """Free the disk of what no branch and no tag leads to."""
    freed = repository.gc(full=full)
    if as_json:
        print_fields({"freed": freed}, as_json=True)
    else:
        click.echo("done" if freed is None else f"done: the directory is {freed / 2**20:.1f} MiB smaller")
