"""The changes that `mutate.py` makes, drawn at random: each leaves something out, or is one of cosmic-ray's."""

from __future__ import annotations

import ast
import difflib
import random
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent

LEFT_OUT = ("RemoveDecorator", "VariableInserter", "VariableReplacer", "BinaryOperator")
"""Operators that mostly break the import, or change nothing (an annotation)."""

SWAPPED = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Lt_GtE", "GtE_Lt", "Gt_GtE", "GtE_Gt", "Is_IsNot", "IsNot_Is")
"""Comparisons that are swapped, as people do by mistake. Nobody writes that a text is greater for that it differs."""

NOT_CHANGED = re.compile(r"TYPE_CHECKING|__all__|@dataclass|logger\.(debug|info)")
"""Lines whose change breaks every import, or that nobody sees."""

NOTHING = '__import__("contextlib").nullcontext()'


@dataclass(frozen=True)
class Change:
    """A module with a change."""

    module: str
    code: str

    @property
    def lines(self) -> range:
        """The lines of the module that the change replaces."""
        before, after = (ROOT / self.module).read_text().splitlines(), self.code.splitlines()
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        changed = [each for each in blocks if each[0] != "equal"]
        return range(changed[0][1] + 1, max(changed[-1][2], changed[0][1] + 1) + 1)

    def difference(self, lines: int = 2) -> str:
        """Return the change as a diff."""
        before, after = (ROOT / self.module).read_text().splitlines(), self.code.splitlines()
        return "\n".join(difflib.unified_diff(before, after, self.module, self.module, n=lines, lineterm=""))

    def __str__(self) -> str:
        """Return the lines that differ, in one."""
        lines = self.difference(0).splitlines()[2:]
        return " ".join(f"{line[:1]} {line[1:].strip()}" for line in lines if line[:1] in "+-")[:160]


def sample(names: list[str], most: int, seed: int) -> list[Change]:
    """Draw changes from all modules in turn; of each module, every other one leaves something out."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    modules = sorted(names)
    draw.shuffle(modules)
    left = {module: drawn(module, draw) for module in modules}
    changes: list[Change] = []
    while left and len(changes) < most:
        for module in [each for each in modules if each in left][: most - len(changes)]:
            code = next(left[module], None)
            if code is None:
                del left[module]
            else:
                changes.append(Change(module, code))
    return changes


def drawn(module: str, draw: random.Random) -> Iterator[str]:
    """Yield the code of a module with one change each, in no order and without repetition."""
    code = (ROOT / module).read_text()
    without = left_out(code)
    draw.shuffle(without)
    kinds, known = [iter(without), operated(code, draw)], {code}
    draw.shuffle(kinds)
    while kinds:
        kind = kinds.pop(0)
        mutated = next((each for each in kind if each not in known and is_change(code, each)), None)
        if mutated is not None:
            known.add(mutated)
            kinds.append(kind)
            yield mutated


def operated(code: str, draw: random.Random) -> Iterator[str]:
    """Yield the code with changes by cosmic-ray's operators, drawn at random. Most operators find nothing to change."""
    operators = [name for name in operator_names() if is_drawn(name)]
    for _ in range(1_000):
        operator = get_operator(draw.choice(operators))
        with suppress(AttributeError):  # cosmic-ray 8.4 cannot replace the dotted name of an exception
            mutated = mutate_code(code, operator(*arguments_of(operator, draw)), draw.randrange(8))
            if mutated is not None:
                yield mutated


def is_drawn(operator: str) -> bool:
    """Whether an operator of cosmic-ray makes changes that may be mistakes."""
    if "ReplaceComparisonOperator" in operator:
        return operator.endswith(tuple(f"Operator_{pair}" for pair in SWAPPED))
    return not any(each in operator for each in LEFT_OUT)


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
