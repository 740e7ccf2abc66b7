"""Shell blocks: those that only need the page's own files are run, of the others each command is looked up."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.cli.main import cli
from tests.helpers.docs.pages import ROOT
from tests.helpers.warm import scripts

if TYPE_CHECKING:
    from tests.helpers.docs.pages import Block

FOLDERS = [ROOT, ROOT / "cookbook", ROOT / "cookbook" / "flyte2", ROOT / "cookbook" / "metaflow"]
PLAIN = {"cd", "export", "git", "docker"}
"""Commands of which nothing is looked up."""


def commands_of(block: Block) -> list[list[str]]:
    """Return the words of each command of a block."""
    text = block.text.replace("\\\n", " ")
    commands = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [command for command in commands if command]


def runs_here(block: Block, folder: Path) -> bool:
    """Whether a block needs only `dolt`, our command line, and programs that the page itself has shown."""
    return all(
        command[0] in ("cd", "dolt", "dolt-integrations")
        or (command[0] == "python" and (folder / command[1]).is_file())
        for command in commands_of(block)
    ) and any(command[0] != "cd" for command in commands_of(block))


def run(block: Block, folder: Path) -> None:
    """Run a block, and check that every command succeeds."""
    path = f"{scripts()}{os.pathsep}{os.environ['PATH']}"
    # `dolt` connects to a server if the environment has a password.
    environment = {name: value for name, value in os.environ.items() if name != "DOLT_CLI_PASSWORD"}
    done = subprocess.run(
        ["bash", "-e", "-c", _PROGRAM + block.text],
        cwd=folder, env={**environment, "PATH": path}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"


_PROGRAM = 'dolt-integrations() { python -m dolt_integrations "$@"; }\n'
"""The program as the code under test has it, wherever another version is installed."""


def check(block: Block) -> None:
    """Check that each command of a block names what exists."""
    for command in commands_of(block):
        program, arguments = Path(command[0]).name, command[1:]
        if program in PLAIN:
            continue
        assert program in _CHECKS, f"{block}: nothing checks the command {program!r}"
        _CHECKS[program](block, arguments)


def _check_make(block: Block, arguments: list[str]) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in arguments:
        assert "=" in name or name in targets, f"{block}: make has no target {name!r}"


def _check_pip(block: Block, arguments: list[str]) -> None:
    setup = (ROOT / "setup.py").read_text()
    for extra in re.findall(r"\[(\w+)\]", " ".join(arguments)):
        assert f'"{extra}": ' in setup, f"{block}: there is no extra {extra!r}"


def _check_python(block: Block, arguments: list[str]) -> None:
    assert any((folder / arguments[0]).is_file() for folder in FOLDERS), f"{block}: there is no {arguments[0]}"


def _check_pyflyte(block: Block, arguments: list[str]) -> None:
    """Check the program, its workflow, the names of the inputs, and that what looks like JSON is JSON."""
    assert arguments[0] == "run", f"{block}: only `pyflyte run` is checked"
    arguments = ["run", *_after_options(block, arguments[1:])]
    program = next((folder / arguments[1] for folder in FOLDERS if (folder / arguments[1]).is_file()), None)
    assert program is not None, f"{block}: there is no {arguments[1]}"
    body = ast.parse(program.read_text()).body
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    plans = {node.targets[0].id for node in body if isinstance(node, ast.Assign) and "LaunchPlan" in ast.dump(node)}
    assert arguments[2] in {*functions, *plans}, f"{block}: {arguments[1]} has no {arguments[2]}"
    if arguments[2] in plans and not arguments[3:]:
        return
    inputs = {argument.arg for argument in functions[arguments[2]].args.args}
    for word in arguments[3:]:
        assert not word.startswith("--") or word[2:] in inputs, f"{block}: {arguments[2]} has no input {word[2:]!r}"
        if word.startswith("{"):
            json.loads(word)


def _after_options(block: Block, words: list[str]) -> list[str]:
    """Return what follows the options of `pyflyte run`, after checking that it has these options."""
    from flytekit.clis.sdk_in_container.run import run

    known = {name: parameter for parameter in run.params for name in parameter.opts}
    while words and words[0].startswith("-"):
        assert words[0] in known, f"{block}: pyflyte run has no option {words[0]}"
        words = words[1 if known[words[0]].is_flag else 2 :]
    return words


def _check_dolt(block: Block, arguments: list[str]) -> None:
    done = subprocess.run(["dolt"], capture_output=True, text=True, check=False)
    known = re.findall(r"^\s+([\w-]+) - ", done.stdout + done.stderr, re.MULTILINE)
    assert arguments[0] in known, f"{block}: dolt has no command {arguments[0]!r}"


def _check_kedro(block: Block, arguments: list[str]) -> None:
    from kedro.framework.cli.project import run

    assert arguments[0] == "run", f"{block}: only `kedro run` is checked"
    known = {name for parameter in run.params for name in parameter.opts}
    for word in arguments[1:]:
        name = word.partition("=")[0]
        assert not word.startswith("-") or name in known, f"{block}: kedro run has no option {name}"


def _check_command_line(block: Block, arguments: list[str]) -> None:
    assert arguments[0] in cli.commands, f"{block}: dolt-integrations has no command {arguments[0]!r}"


_CHECKS = {
    "dolt-integrations": _check_command_line,
    "make": _check_make,
    "pip": _check_pip,
    "python": _check_python,
    "pyflyte": _check_pyflyte,
    "dolt": _check_dolt,
    "kedro": _check_kedro,
}
