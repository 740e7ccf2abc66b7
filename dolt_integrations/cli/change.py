"""Commands that change a database: `promote`, `revert`, `restore`, `prune`, `gc`. Each is atomic."""

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
        click.echo(f"{version.branch} is now at {version.commit}")
    else:
        click.echo(f"nothing to do: {version.branch} stays at {version.commit}")


@click.command()
@arguments.on_database
@click.argument("branch", shell_complete=arguments.complete_branches)
@click.option(
    "--into", shell_complete=arguments.complete_branches, help="The branch to merge into. Default: the default branch."
)
@click.option(
    "--on-conflict", type=click.Choice(["ours", "theirs"]), help="Whose rows win a conflict: ours are those of --into."
)
@click.option("--tests", is_flag=True, help="Run Dolt's tests (the table dolt_tests) first.")
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
    """Merge the BRANCH of a run into the default branch."""
    version = repository.promote(branch, into, tests=tests, on_conflict=on_conflict, message=message)
    _print(version, as_json=as_json)


@click.command()
@arguments.on_database
@click.argument("run", shell_complete=arguments.complete_runs)
@arguments.branch
@arguments.message
@arguments.author
def revert(repository: Repository, run: str, branch: str | None, message: str | None, as_json: bool) -> None:
    """Undo all commits of RUN on all its tables, in one commit. Later rows stay; a conflict changes nothing.

    RUN is an execution id (ex:project:domain:name), the Run-Id of a local run, a Metaflow run (Flow/7), or a commit.
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
    """Restore each TABLE to a version, in one commit."""
    _print(repository.restore(tables, to, branch, message=message), as_json=as_json)


@click.command()
@arguments.on_database
@click.option(
    "--older-than", type=click.FloatRange(0), metavar="DAYS", help="Also select unmerged branches older than this."
)
@click.option("--like", metavar="PATTERN", help="The branches to consider, with * and ?. Default: those of runs.")
@click.option("--into", help="The branch into which others count as merged. Default: the default branch.")
@click.option(
    "--keep-commits/--lose-commits", default=True, show_default=True, help="Tag the commits of unmerged branches."
)
@click.option("--delete", is_flag=True, help="Delete the branches. Without it nothing changes.")
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

    Task outputs refer to commits, and `gc` removes commits that no branch or tag leads to. So unmerged branches leave a
    tag, unless you pass --lose-commits.
    """
    found = repository.prune(older_than=older_than, like=like, into=into, keep_commits=keep_commits, dry_run=not delete)
    print_frame(found, as_json=as_json, empty="no branches of runs")
    if not as_json and not delete and (found["action"] == "delete").any():
        click.echo("\nNothing has changed. Pass --delete to delete them.")


@click.command()
@arguments.on_database
@click.option("--full", is_flag=True, help="Also examine data that earlier collections kept.")
def gc(repository: Repository, full: bool, as_json: bool) -> None:
    """Delete data that no branch and no tag leads to, to free disk space."""
    freed = repository.gc(full=full)
    if as_json:
        print_fields({"freed": freed}, as_json=True)
    else:
        click.echo("done" if freed is None else f"done: the directory is {freed / 2**20:.1f} MiB smaller")
