"""Mutation testing: small changes to what decides what is written and read, and the tests that should notice.

    python scripts/mutate.py [--changes N] [--seed SEED] [--jobs N] [--seconds N] [MODULE ...]

Which tests belong to which module is in `mutate.toml` beside this file: those that are about it. The changes are drawn
from all modules in turn. Half of them leave something out: a call, a lock, an error that is raised; the others are
cosmic-ray's operators (a comparison, a number, a condition, a loop, an exception class). They are made in copies of the
files that Git tracks. A run of tests ends with the first failure, which then has to pass without the change.

Prints a line for each change and the score. A change that nothing notices is shown as a diff: either a test is missing,
or the change makes no difference to users.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import tomllib
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from tests.helpers.warm import python  # noqa: E402 - of the folder above

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT = ("RemoveDecorator", "VariableInserter", "VariableReplacer", "BinaryOperator", "Eq_Is", "Is_Eq", "Is_NotEq")
"""Operators that mostly break the import, or change nothing (an annotation, `is` for `==`)."""

NOT_CHANGED = re.compile(r"TYPE_CHECKING|__all__|logger\.(debug|info)")
"""Lines whose change breaks every import, or that nobody sees."""

_TO_END = 20.0
"""Seconds that tests have to end after Ctrl-C."""

NOTHING = '__import__("contextlib").nullcontext()'


@dataclass(frozen=True)
class Change:
    """A module with a change, and the tests that should notice it."""

    module: str
    code: str
    tests: tuple[str, ...]

    def difference(self, lines: int = 2) -> str:
        """Return the change as a diff."""
        before, after = (ROOT / self.module).read_text().splitlines(), self.code.splitlines()
        return "\n".join(difflib.unified_diff(before, after, self.module, self.module, n=lines, lineterm=""))

    def __str__(self) -> str:
        """Return the lines that differ, in one."""
        lines = self.difference(0).splitlines()[2:]
        return " ".join(f"{line[:1]} {line[1:].strip()}" for line in lines if line[:1] in "+-")[:160]


def main() -> int:
    """Run the changes; return 1 if more than one in ten went unnoticed."""
    arguments = parse()
    listed = tomllib.loads((HERE / "mutate.toml").read_text())["modules"]
    check_paths(listed)
    changes = sample({name: listed[name] for name in arguments.modules or listed}, arguments.changes, arguments.seed)
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        unnoticed = Runs(Path(folder), changes, arguments.seconds).run(arguments.jobs)
    print(*(change.difference() for change in unnoticed), sep="\n")
    print(f"{len(changes) - len(unnoticed)} of {len(changes)} noticed")
    return int(len(unnoticed) * 10 > len(changes))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("modules", nargs="*", help="as mutate.toml names them; all by default")
    parser.add_argument("--changes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="changes that are tested at a time")
    parser.add_argument("--seconds", type=float, default=120, help="after which a change counts as noticed")
    return parser.parse_args()


def check_paths(listed: dict[str, list[str]]) -> None:
    """Refuse a list that names files which have been moved."""
    names = {*listed, *(test for tests in listed.values() for test in tests)}
    gone = sorted(name for name in names if not (ROOT / name).is_file())
    if gone:
        sys.exit(f"mutate.toml names files that are not there: {', '.join(gone)}")


class Runs:
    """The runs of the tests, each job in a copy of its own."""

    def __init__(self, folder: Path, changes: list[Change], seconds: float) -> None:
        """Prepare them."""
        self._folder, self._seconds, self._python = folder, seconds, python()
        self._changes: queue.Queue[Change] = queue.Queue()
        for change in changes:
            self._changes.put(change)
        self._unnoticed: list[Change] = []

    def run(self, jobs: int) -> list[Change]:
        """Test all changes; return those that nothing noticed."""
        threads = [
            threading.Thread(target=self._work, args=(copied(self._folder / f"copy{at}"),)) for at in range(jobs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._unnoticed

    def _work(self, copy: Path) -> None:
        while True:
            try:
                change = self._changes.get_nowait()
            except queue.Empty:
                return
            by = self._noticed(copy, change)
            print(f"{'noticed' if by else 'UNNOTICED'}  {change.module}  {change}", flush=True)
            if not by:
                self._unnoticed.append(change)

    def _noticed(self, copy: Path, change: Change) -> str | None:
        """Return what notices the change: the test that fails, or what else happens."""
        tests = change.tests
        while True:
            (copy / change.module).write_text(change.code)
            try:
                failed = self._failed(copy, tests)
            finally:
                shutil.copyfile(ROOT / change.module, copy / change.module)
            if failed is None or "::" not in failed or self._failed(copy, (failed,)) is None:
                return failed
            print(f"{failed} fails without any change", file=sys.stderr)
            tests = (*tests, "--deselect", failed)

    def _failed(self, copy: Path, tests: tuple[str, ...]) -> str | None:
        """Run tests until one fails. Return its name, what else went wrong, or None."""
        command = [self._python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
        with subprocess.Popen(  # noqa: S603 - the tests
            command, cwd=copy, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as running:
            try:
                printed, _ = running.communicate(timeout=self._seconds)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGINT)  # so that the servers of the tests end
                try:
                    running.communicate(timeout=_TO_END)
                except subprocess.TimeoutExpired:
                    running.terminate()
                return "it takes too long"
        found = re.search(r"^FAILED (\S+::.+?)(?: - .*)?$", printed, re.MULTILINE)
        return None if running.returncode == 0 else found[1] if found else "the tests cannot run"


def copied(folder: Path) -> Path:
    """Copy the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def sample(listed: dict[str, list[str]], most: int, seed: int) -> list[Change]:
    """Draw changes from all modules in turn; of each module, every other one leaves something out."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    modules = sorted(listed)
    draw.shuffle(modules)
    left = {module: drawn(module, draw) for module in modules}
    changes: list[Change] = []
    while left and len(changes) < most:
        for module in [each for each in modules if each in left][: most - len(changes)]:
            code = next(left[module], None)
            if code is None:
                del left[module]
            else:
                changes.append(Change(module, code, tuple(listed[module])))
    return changes


def drawn(module: str, draw: random.Random) -> Iterator[str]:
    """Yield the code of a module with one change each, in no order and without repetition."""
    code = (ROOT / module).read_text()
    operators = [name for name in operator_names() if not any(each in name for each in LEFT_OUT)]
    without, known = left_out(code), {code}
    draw.shuffle(without)
    leaves_out = draw.random() < 0.5
    for _ in range(1_000):
        leaves_out = not leaves_out
        if leaves_out and without:
            mutated: str | None = without.pop()
        else:
            operator = get_operator(draw.choice(operators))
            mutated = mutate_code(code, operator(*arguments_of(operator, draw)), draw.randrange(8))
        if mutated is not None and mutated not in known and is_change(code, mutated):
            known.add(mutated)
            yield mutated


def is_change(before: str, after: str) -> bool:
    """Whether a change is more than one of form, and not in a line that is not to be changed."""
    lines = [line for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0) if line[:1] in "+-"]
    if any(NOT_CHANGED.search(line) for line in lines):
        return False
    return ast.dump(ast.parse(before)) != ast.dump(ast.parse(after))


def arguments_of(operator: type, draw: random.Random) -> tuple[object, ...]:
    """Return the arguments of one variant of an operator."""
    variants = list(getattr(operator, "arguments", list)())
    return tuple(draw.choice(variants).values()) if variants else ()


def left_out(code: str) -> list[str]:
    """Return the code without one thing each: a call for its effect, an error, a deletion, what a `with` holds."""
    changed = []
    for node in ast.walk(ast.parse(code)):
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if is_call or isinstance(node, (ast.Raise, ast.Delete)):
            changed.append(replaced(code, node, "pass"))
        if isinstance(node, ast.With):
            changed += [replaced(code, each.context_expr, NOTHING) for each in node.items if each.optional_vars is None]
    return changed


def replaced(code: str, node: ast.expr | ast.stmt, text: str) -> str:
    """Return the code with another text in the place of a node."""
    lines = [line.encode() for line in code.splitlines(keepends=True)]  # columns are counted in bytes
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    return b"".join([*lines[:first], before + text.encode() + after, *lines[last + 1 :]]).decode()


if __name__ == "__main__":
    sys.exit(main())
