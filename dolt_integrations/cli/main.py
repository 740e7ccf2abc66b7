"""The command `dolt-integrations`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dolt_integrations.cli.change import gc, promote, prune, restore, revert
from dolt_integrations.cli.exits import EPILOG, FAILED
from dolt_integrations.cli.look import blame, compare, diff, doctor, inputs, lineage, log, runs, show

PROGRAM = "dolt-integrations"


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flytekitplugins-dolt", prog_name=PROGRAM)
def cli() -> None:
    """Inspect and repair what workflows have written to a Dolt database.

    DATABASE is a directory or a server's URL, mysql://user@host:port/database, with the password in DOLT_CLI_PASSWORD.
    """


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes commands, tables, branches and runs in SHELL.

    For bash: eval "$(dolt-integrations completion bash)" in ~/.bashrc.
    """
    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, PROGRAM, "_DOLT_INTEGRATIONS_COMPLETE").source())


for each in (show, log, diff, blame, lineage, runs, inputs, compare, promote, revert, restore, prune, gc, doctor):
    cli.add_command(each)


def main() -> None:
    """Run the command that `sys.argv` names."""
    try:
        cli(prog_name=PROGRAM)
    except OSError as error:  # of stdout, or of a file that is written when it is closed
        click.echo(f"Error: cannot write the output: {error}", err=True)
        raise SystemExit(FAILED) from None
