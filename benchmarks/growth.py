"""The cost of saving and loading a few rows as a database gets branches, commits and tables, as ratios from one run.

The same work is done alternately in a small database and in larger ones. The size that is asked for is
`--branches 10000 --commits 100000 --tables 500`; `--keep` makes its database once. `--plot` writes the growth as a
picture, `--statements` prints how long each SQL statement takes in the smallest database and in the largest.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from math import log, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from statements import sent_by

from dolt_integrations.core import NewBranch, diff, history, read_table, write_table
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dolt_integrations.engine import Connection, Database

ROUNDS = 15
STEPS = 3
SMALL = 10


@dataclass(frozen=True)
class Pair:
    """The seconds of the same work in the small database and in the grown one."""

    small: float
    grown: float

    @property
    def ratio(self) -> float:
        """The ratio to the small database."""
        return self.grown / self.small


@dataclass(frozen=True)
class Size:
    """The numbers of branches, commits and tables of a database."""

    branches: int
    commits: int
    tables: int

    def __str__(self) -> str:
        """Return them as the heading of a column."""
        return f"{self.branches:,} / {self.commits:,} / {self.tables:,}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the times of each step, and their ratios to the first one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branches", type=int, default=1_000)
    parser.add_argument("--commits", type=int, default=5_000)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--keep", type=Path, help="where databases are made once, and copied from")
    parser.add_argument("--statements", action="store_true")
    given = parser.parse_args(arguments)
    sizes = _sizes(Size(given.branches, given.commits, given.tables))
    with tempfile.TemporaryDirectory() as folder:
        measured, profile = _measure(sizes, Path(folder), given.keep, statements=given.statements)
    _print(sizes, measured)
    if given.plot is not None:
        given.plot.write_text(picture(sizes, measured))
    print("\n".join(profile))


def _sizes(largest: Size) -> list[Size]:
    """Return the steps, which grow by a constant factor up to the largest."""
    return [
        Size(*(round(SMALL * (most / SMALL) ** (step / (STEPS - 1))) for most in vars(largest).values()))
        for step in range(STEPS)
    ]


def _measure(
    sizes: Sequence[Size], folder: Path, keep: Path | None, *, statements: bool
) -> tuple[list[dict[str, Pair]], list[str]]:
    """Measure the work alternately in a database of each size and in one of the first size.

    Returns the times at each size, and lines with the statements at the largest, if they are asked for.
    """
    measured: list[dict[str, Pair]] = []
    profile: list[str] = []
    small = _made(folder / "small", sizes[0], keep)
    for size in sizes:
        grown = _made(folder / f"grown_{len(measured)}", size, keep)
        with ExitStack() as stack:
            for place in (small, grown):
                stack.enter_context(open_database(place))
            both = {name: (one, _works(grown)[name]) for name, one in _works(small).items()}
            measured.append({name: _least_of_both(*works) for name, works in both.items()})
            if statements and size is sizes[-1]:
                profile = [line for name, works in both.items() for line in _profile(name, *works)]
    return measured, profile


def _made(place: Path, size: Size, keep: Path | None) -> Path:
    """Make a database of a size, or copy the one that is kept."""
    kept = keep / "_".join(map(str, ("db", *vars(size).values()))) if keep is not None else place
    if not kept.exists():
        start = time.perf_counter()
        with open_database(kept, create=DEFAULT_AUTHOR) as database:
            _fill(database, size)
        print(f"made {size} in {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    if kept != place:
        shutil.copytree(kept, place)
    return place


def _fill(database: Database, size: Size) -> None:
    """Make commits, then tables, then branches: a commit takes Dolt the longer, the more tables there are."""
    with database.connect() as session:
        _make_tables(session, range(min(SMALL, size.tables)))
        for number in range(size.commits):
            message = f"Commit {number}\n\nWrite-Id: made-{number}"
            session.execute("CALL DOLT_COMMIT('--allow-empty', '--skip-verification', '-m', %s)", (message,))
        _make_tables(session, range(SMALL, size.tables))
        for number in range(size.branches):
            session.execute("CALL DOLT_BRANCH(%s, 'main')", (f"run/{number:06d}",))


def _make_tables(session: Connection, numbers: range) -> None:
    for number in numbers:
        session.execute(f"CREATE TABLE other_{number} (id INT PRIMARY KEY, value VARCHAR(50))")
    session.execute("CALL DOLT_COMMIT('-A', '--skip-empty', '-m', 'Add tables')")


_IDS = itertools.count(1)


def _works(db: Path) -> dict[str, Callable[[], object]]:
    """Return the operations to measure, each with five rows."""

    def frame() -> pd.DataFrame:
        first = next(_IDS) * 5
        return pd.DataFrame({"id": range(first, first + 5), "value": float(first)})

    def save(**options: Any) -> object:
        return write_table(db, "few", frame(), primary_key="id", **options)

    save()
    again = pd.DataFrame({"id": [-1], "value": [0.5]})
    name = f"again-{next(_IDS)}"

    def repeat() -> object:
        return write_table(db, "few", again, primary_key="id", mode="upsert", write_id=name)

    repeat()
    return {
        "save": save,
        "append": lambda: save(mode="append"),
        "append with a write id": lambda: save(mode="append", write_id=f"one-{next(_IDS)}"),
        "retry that finds its commit": repeat,
        "load": lambda: read_table(db, "few"),
        "load of a branch": lambda: read_table(db, "other_1", branch_conf="run/000005"),
        "history, first 100 commits": lambda: history(db, limit=100),
        "history of a table, first 100": lambda: history(db, "few", limit=100),
        "diff of a table, first 100": lambda: diff(db, "few", "HEAD~1", limit=100),
        "save to a new branch": lambda: save(branch_conf=NewBranch(f"new/{next(_IDS)}")),
    }


def _least_of_both(small: Callable[[], object], grown: Callable[[], object]) -> Pair:
    """Return the minimum seconds of each, measured alternately, so that other work on the machine affects both.

    The first two rounds, in which caches fill and the index of write ids is brought up to date, do not count.
    """
    rounds = [(_seconds(small), _seconds(grown)) for _ in range(ROUNDS + 2)][2:]
    return Pair(min(one for one, _ in rounds), min(other for _, other in rounds))


def _profile(name: str, small: Callable[[], object], grown: Callable[[], object]) -> list[str]:
    """Return a line for each statement of some work: the minimum ms in the small and in the grown database."""
    least: list[dict[str, float]] = [{}, {}]
    for _ in range(ROUNDS):
        for known, work in zip(least, (small, grown), strict=True):
            sent = sent_by(work)
            for text, seconds in sent:
                known[text] = min(known.get(text, seconds), seconds)
    lines = [f"{least[0].get(text, nan) * 1000:8.2f} {least[1][text] * 1000:8.2f}  {text}" for text, _ in sent]
    return [name, *lines]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _print(sizes: Sequence[Size], measured: Sequence[dict[str, Pair]]) -> None:
    print(f"five rows; ms and times as long as in a database of {sizes[0]}, least of {ROUNDS}")
    print("branches / commits / tables" + " " * 5 + "".join(f"{size!s:>26}" for size in sizes))
    for name in measured[0]:
        cells = "".join(f"{step[name].grown * 1000:17.1f} {step[name].ratio:6.2f} x" for step in measured)
        print(f"  {name:30}{cells}")


_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 360, 60, 40
_COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#17becf", "#7f7f7f", "#bcbd22", "#e377c2")

_LEAST = 0.5
_LINES = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def picture(sizes: Sequence[Size], measured: Sequence[dict[str, Pair]]) -> str:
    """Return the ratios to the small database as an SVG."""
    ratios = {name: [step[name].ratio for step in measured] for name in measured[0]}
    most = max(2.0, *(ratio for each in ratios.values() for ratio in each))
    right, bottom = _WIDTH - 230, _HEIGHT - 50

    def at(step: int, ratio: float) -> tuple[float, float]:
        height = log(max(ratio, _LEAST) / _LEAST) / log(most / _LEAST)
        return _LEFT + step * (right - _LEFT) / (len(sizes) - 1), bottom - height * (bottom - _TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="13">Times as long as in a small database (five rows)</text>',
    ]
    for ratio in (each for each in _LINES if each <= most):
        _, y = at(0, ratio)
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{ratio}</text>')
    for step, size in enumerate(sizes):
        x, _ = at(step, 0)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{size}</text>')
    parts.append(f'<text x="{_LEFT}" y="{bottom + 40}">branches / commits / tables</text>')
    for number, (name, steps) in enumerate(ratios.items()):
        color, y = _COLORS[number % len(_COLORS)], _TOP + 10 + 18 * number
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(s, v) for s, v in enumerate(steps)))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(f'<text x="{right + 15}" y="{y}" fill="{color}">{name}: {steps[-1]:.2f}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
