"""Python code of a test in a process of its own."""

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers import warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Script:
    """Python code in its own process, which talks with the test line by line.

    The process that a signal goes to is the command of the warm interpreter, which passes it on: give `sys.executable`
    as the interpreter where the process itself is needed.
    """

    def __init__(self, code: str, *arguments: object, interpreter: str | None = None) -> None:
        self.process = subprocess.Popen(
            [interpreter or warm.python(), "-c", textwrap.dedent(code), *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=Path(__file__).parent.parent.parent,
        )  # fmt: skip

    def expect(self, line: str) -> None:
        """Wait for a line of its output."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        assert said == line, f"it said {said!r}: {self.process.stderr.read() if not said else ''}"

    def tell(self, line: str) -> None:
        """Write a line to its input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def finish(self, timeout: float = 60) -> str:
        """Wait for its end, check that it succeeded, and return its output."""
        output, errors = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, output + errors
        return output

    def kill(self) -> None:
        """Kill it with SIGKILL, as the kernel does when memory runs out."""
        self.process.kill()
        assert self.process.stdout is not None
        if not self.process.stdout.closed:
            self.process.stdout.read()  # killed with it; if its input ended first, it would continue
        self.process.communicate()


def run_together(scripts: Sequence[Script], timeout: float = 60) -> list[str]:
    """Let scripts that print `ready` and then wait for a line go on at the same time. Returns what each printed."""
    for each in scripts:
        each.expect("ready")
    for each in scripts:
        each.tell("go")
    return [each.finish(timeout) for each in scripts]


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    """Return a function that starts a `Script`. At the end of the test, remaining ones are killed."""
    started: list[Script] = []

    def start(code: str, *arguments: object, interpreter: str | None = None) -> Script:
        started.append(Script(code, *arguments, interpreter=interpreter))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.kill()
        for pipe in (running.process.stdin, running.process.stdout, running.process.stderr):
            if pipe is not None:
                pipe.close()
