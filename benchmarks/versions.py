"""The same saves and loads with each Dolt on PATH, alternating: the project's own, and that of `DOLT=/path make bench`.

A table of many rows as in `rows.py`, without a cache, and a tiny one, each on a server that is running.

python benchmarks/versions.py --rows 1000000 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import overhead
from rows import changed, make_frame

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows.cache import LOCATION
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians side by side, if there is more than one Dolt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.rows)))
        return
    programs = installed()
    if len(programs) < 2:
        print("one Dolt on PATH; DOLT=/path/to/another make bench compares it with that")
        return
    report(options.rows, options.rounds, compared(programs, options.rows, options.rounds))


def installed() -> dict[str, Path]:
    """Return the folders of PATH that have a Dolt, by its version, the oldest first."""
    found: dict[str, Path] = {}
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        if os.access(folder / "dolt", os.X_OK):
            said = subprocess.run([folder / "dolt", "version"], capture_output=True, text=True, check=True).stdout
            found.setdefault(said.splitlines()[0].removeprefix("dolt version "), folder)
    return dict(sorted(found.items(), key=lambda each: [int(part) for part in each[0].split(".")]))


def compared(programs: dict[str, Path], rows: int, rounds: int) -> dict[str, dict[str, float]]:
    """Measure the versions alternately, each time in a process of its own. Returns the medians of each version."""
    runs: dict[str, list[dict[str, float]]] = {version: [] for version in programs}
    for _ in range(rounds):
        for version, folder in programs.items():
            path = f"{folder}{os.pathsep}{os.environ['PATH']}"
            command = [sys.executable, __file__, "--measure", "--rows", str(rows)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PATH": path})
            runs[version].append(json.loads(done.stdout))
    return {
        version: {name: statistics.median(run[name] for run in found) for name in found[0]}
        for version, found in runs.items()
    }


def measure(rows: int) -> dict[str, float]:
    """Return the seconds of each work with the Dolt that is first on PATH."""
    os.environ[LOCATION] = "off"
    frame = make_frame(rows)
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "db", create=DEFAULT_AUTHOR):
        db = Path(folder) / "db"
        tiny = overhead.our_method(db)
        return {
            "first save": timed(lambda: write_table(db, "t", frame, primary_key="id")),
            "1% save": timed(lambda: write_table(db, "t", changed(frame, 1))),
            "load": timed(lambda: read_table(db, "t").data),
            "tiny save and load": overhead.median(tiny),
        }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(rows: int, rounds: int, medians: dict[str, dict[str, float]]) -> None:
    """Print a column for each version, and the last one as a ratio of the first."""
    print(f"{rows:,} rows, and a tiny table, on a running server, median of {rounds}")
    print(f"  {'':20}" + "".join(f"{version:>12}" for version in medians))
    first, *_, last = medians.values()
    for name in first:
        shown = "".join(f"{found[name]:10.3f} s" for found in medians.values())
        print(f"  {name:20}{shown}   {last[name] / first[name]:.2f} x")


if __name__ == "__main__":
    main()
