"""The cost of saving and loading a tiny table: this library and upstream's CSV method, in the same run.

Ours is `write_table` and `read_table`: with a private server for each of the two, and with a server that runs.
The CSV method is the shortest chain of CLI calls that does the same: `to_csv`, `dolt table import`, `dolt add`,
`dolt commit`, `dolt table export`, `read_csv`.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15


def main() -> None:
    """Print the medians and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        csv = median(csv_method(Path(folder) / "csv"))
        ours = Path(folder) / "ours"
        private = median(our_method(ours))
        with open_database(ours):
            running = median(our_method(ours))
    print("tiny table, one save with a change and one load, median of", ROUNDS)
    print(f"  CSV method, 4 CLI calls     {csv * 1000:7.1f} ms   1.0 x")
    print(f"  ours, private server each   {private * 1000:7.1f} ms   {csv / private:.1f} x faster (at most 250 ms)")
    print(f"  ours, running server        {running * 1000:7.1f} ms   {csv / running:.1f} x faster (at most 30 ms)")


def median(method: Callable[[pd.DataFrame], pd.DataFrame]) -> float:
    """Return the median of seconds over the rounds; the first round, which creates the table, does not count."""
    seconds = []
    for number in range(ROUNDS + 1):
        frame = pd.DataFrame({"name": ["George", "Alice"], "count": [time.time_ns(), number]})
        start = time.perf_counter()
        result = method(frame)
        seconds.append(time.perf_counter() - start)
        assert sorted(result["count"]) == sorted(frame["count"])
    return statistics.median(seconds[1:])


def our_method(directory: Path) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Save and load with this library."""

    def save_and_load(frame: pd.DataFrame) -> pd.DataFrame:
        version = write_table(directory, "rabbits", frame)
        return read_table(directory, "rabbits", as_of=version.commit).data

    return save_and_load


def csv_method(directory: Path) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Save and load through CSV files and the CLI."""
    directory.mkdir()
    dolt(directory, "init", "--name", "csv", "--email", "csv@localhost")
    file = directory.parent / "rabbits.csv"

    def save_and_load(frame: pd.DataFrame) -> pd.DataFrame:
        mode = "-r" if "rabbits" in tables else "-c"
        tables.add("rabbits")
        frame.to_csv(file, index=False)
        dolt(directory, "table", "import", mode, "--file-type", "csv", "rabbits", str(file))
        dolt(directory, "add", ".")
        dolt(directory, "commit", "-m", "csv")
        dolt(directory, "table", "export", "-f", "--file-type", "csv", "rabbits", str(file))
        return pd.read_csv(file)

    tables: set[str] = set()
    return save_and_load


def dolt(directory: Path, *arguments: str) -> None:
    """Run the CLI."""
    subprocess.run(["dolt", *arguments], cwd=directory, check=True, capture_output=True)


if __name__ == "__main__":
    main()
