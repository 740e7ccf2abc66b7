"""Mutation testing: small changes to what decides what is written and read, and the tests that should notice.

    python scripts/mutate.py [--each N] [--seed SEED] [MODULE ...]

Which tests belong to which module is in `mutate.toml` beside this file. Of each module N changes are drawn. Half of
them leave a statement out, such as a lock that is not taken or a check that is not made; the others are cosmic-ray's
operators (a comparison, a number, a condition, a loop, an exception class). They are made in a copy of the files that
Git tracks.

Prints a line for each change and the score. A change that nothing notices is shown as a diff: either a test is missing,
or the change makes no difference to anybody.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tomllib
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

HERE = Path(__file__).parent
ROOT = HERE.parent

LEFT_OUT = ("RemoveDecorator", "VariableInserter", "VariableReplacer", "BinaryOperator", "Eq_Is", "Is_Eq", "Is_NotEq")
"""Operators that mostly break the import, or change nothing (an annotation, `is` for `==`)."""

TIMEOUT = 900
"""Seconds after which a change counts as noticed: it made something wait for ever."""


def main() -> int:
    """Run the changes; return 1 if more than one in ten went unnoticed."""
    arguments = parse()
    listed = tomllib.loads((HERE / "mutate.toml").read_text())["modules"]
    chosen = arguments.modules or list(listed)
    draw = random.Random(arguments.seed)  # noqa: S311 - a sample, no secret
    unnoticed: list[str] = []
    total = 0
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        copy = copied(Path(folder) / "copy")
        for module in chosen:
            check(copy, listed[module], module)
            for changed in sample(module, arguments.each, draw):
                total += 1
                noticed = not passes(copy, listed[module], module, changed)
                print(f"{'noticed' if noticed else 'UNNOTICED'}  {module}  {summary(module, changed)}", flush=True)
                if not noticed:
                    unnoticed.append(difference(module, changed))
    print(*unnoticed, sep="\n")
    print(f"{total - len(unnoticed)} of {total} noticed")
    return int(len(unnoticed) * 10 > total)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("modules", nargs="*", help="as mutate.toml names them; all by default")
    parser.add_argument("--each", type=int, default=4, help="changes of each module")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def copied(folder: Path) -> Path:
    """Copy the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def check(copy: Path, tests: list[str], module: str) -> None:
    """Make sure that the tests hold on the code as it is: only then a failure says something."""
    if not passes(copy, tests, module, (ROOT / module).read_text()):
        sys.exit(f"the tests of {module} fail without any change")


def passes(copy: Path, tests: list[str], module: str, code: str) -> bool:
    """Run the tests on a changed module; return whether all of them hold."""
    (copy / module).write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "2", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, timeout=TIMEOUT, env=environment, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.copy2(ROOT / module, copy / module)
    return done.returncode == 0


def sample(module: str, most: int, draw: random.Random) -> list[str]:
    """Return the code of a module with one change each; half of them leave a statement out."""
    code = (ROOT / module).read_text()
    without = without_statements(code)
    operators = [name for name in operator_names() if not any(each in name for each in LEFT_OUT)]
    draw.shuffle(without)
    changed = without[: (most + 1) // 2]
    while len(changed) < most:
        operator = get_operator(draw.choice(operators))
        mutated = mutate_code(code, operator(*arguments_of(operator, draw)), draw.randrange(8))
        if mutated is not None and mutated not in changed and ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(code)):
            changed.append(mutated)
    return changed


def arguments_of(operator: type, draw: random.Random) -> tuple[object, ...]:
    """Return the arguments of one variant of an operator."""
    variants = list(getattr(operator, "arguments", list)())
    return tuple(draw.choice(variants).values()) if variants else ()


def without_statements(code: str) -> list[str]:
    """Return the code without one statement each: a call for its effect, an error that is raised, a deletion."""
    lines = code.splitlines(keepends=True)
    changed = []
    for node in ast.walk(ast.parse(code)):
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if is_call or isinstance(node, (ast.Raise, ast.Delete)):
            indent = lines[node.lineno - 1][: node.col_offset]
            changed.append("".join([*lines[: node.lineno - 1], f"{indent}pass\n", *lines[node.end_lineno :]]))
    return changed


def summary(module: str, changed: str) -> str:
    """Return the lines that differ, in one."""
    lines = difference(module, changed).splitlines()
    return " ".join(line[:1] + " " + line[1:].strip() for line in lines[2:] if line[:1] in "+-")[:160]


def difference(module: str, changed: str) -> str:
    """Return a change as a diff."""
    before = (ROOT / module).read_text().splitlines()
    return "\n".join(difflib.unified_diff(before, changed.splitlines(), module, module, n=2, lineterm=""))


if __name__ == "__main__":
    sys.exit(main())
