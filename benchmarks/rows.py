"""The cost of saving and loading a large table, compared with other ways to do the same, in the same run.

A generated table: bigint key, double, bigint, varchar, datetime(6), bool. The others are the CSV method that upstream
used (`to_csv`, `dolt table import`, `dolt add`, `dolt commit`; `dolt table export`, `read_csv`), the engine's floor
(`LOAD DATA LOCAL` of a file that is ready, in one transaction), connectorx alone, and a Parquet file.

python benchmarks/rows.py --rows 1000000 --rounds 3
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import connectorx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows.cache import LOCATION
from dolt_integrations.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dolt_integrations.engine import Database

DDL = (
    "CREATE TABLE {} (id BIGINT PRIMARY KEY, value DOUBLE, count BIGINT NOT NULL, name VARCHAR(255), "
    "at DATETIME(6), paid TINYINT(1) NOT NULL)"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", choices=("save", "load"), help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.peak:
        print(peak_memory(options.peak, options.rows, options.directory))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.rows, options.rounds)


def make_frame(rows: int) -> pd.DataFrame:
    """Return the table, which is the same in every run."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "value": random.normal(size=rows),
            "count": random.integers(0, 1_000_000, rows),
            "name": pd.Series("customer " + pd.Series(random.integers(0, 10**9, rows)).astype(str)),
            "at": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 10**13, rows), unit="us"),
            "paid": random.random(rows) < 0.5,
        }
    ).astype({"at": "datetime64[us]"})


def changed(frame: pd.DataFrame, number: int, column: str = "value") -> pd.DataFrame:
    """Return the table with other values in 1% of its rows."""
    result = frame.copy()
    result.loc[result.index % 100 == number % 100, column] += 1 + number
    return result


def measure(folder: Path, rows: int, rounds: int) -> None:
    """Run each operation, ours and the others', alternately."""
    frame = make_frame(rows)
    ours, csv, file = folder / "ours", Csv(folder / "csv"), folder / "ready.tsv"
    write_ready_file(frame, file)
    frame.to_parquet(folder / "frame.parquet")
    write_table(ours, "seed", frame.head(1))
    seconds: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[..., object], *arguments: object, **options: object) -> None:
        gc.collect()
        start = time.perf_counter()
        work(*arguments, **options)
        seconds.setdefault(name, []).append(time.perf_counter() - start)

    with open_database(ours) as database:
        for number in range(rounds):
            table = f"t{number}"
            os.environ[LOCATION] = "off"
            timed("LOAD DATA", load_data, database, f"floor{number}", file)
            timed("first save", write_table, ours, table, frame, primary_key="id")
            timed("unchanged save", write_table, ours, table, frame)
            timed("first load", read_table, ours, table)
            timed("connectorx", read_alone, database, table)
            os.environ[LOCATION] = str(folder / "cache")
            read_table(ours, table)
            timed("cached save", write_table, ours, table, frame)
            timed("cached load", read_table, ours, table)
            timed("read_parquet", pd.read_parquet, folder / "frame.parquet")
            os.environ[LOCATION] = "off"
            timed("1% save", write_table, ours, table, changed(frame, number))
            os.environ[LOCATION] = str(folder / "cache")
            timed("load, 1% new", read_table, ours, table)
            timed("cached 1% save", write_table, ours, table, changed(frame, number + 1))
    for number in range(rounds):
        timed("CSV first save", csv.save, frame, f"t{number}", "-c")
        timed("CSV unchanged save", csv.save, frame, f"t{number}", "-r")
        timed("CSV load", csv.load, f"t{number}")
        timed("CSV 1% save", csv.save, changed(frame, number), f"t{number}", "-r")
    report(rows, rounds, {name: statistics.median(times) for name, times in seconds.items()})
    report_memory(rows, pa.Table.from_pandas(frame, preserve_index=False).nbytes, folder)


def report(rows: int, rounds: int, median: dict[str, float]) -> None:
    """Print the aims, and what was reached."""
    print(f"{rows:,} rows with a key, median of {rounds}")
    lines = (
        ("first save", "LOAD DATA", "at most 1.10 x LOAD DATA LOCAL"),
        ("1% save", "CSV 1% save", "at most 1/6 of the CSV method"),
        ("unchanged save", "CSV unchanged save", "at most 1/10 of the CSV method"),
        ("cached save", "CSV unchanged save", "unchanged, the version in the cache: at most 1/30 of the CSV method"),
        ("cached 1% save", "CSV 1% save", "1% changed, the base in the cache: at most 1/12 of the CSV method"),
        ("first load", "CSV load", "at most 1/2 of the CSV method"),
        ("first load", "connectorx", "at most 1.3 x connectorx alone"),
        ("load, 1% new", "first load", "1% changed since the version in the cache: at most 1/3 of a first load"),
        ("cached load", "read_parquet", "the version in the cache: at most 1.5 x read_parquet"),
    )
    for ours, theirs, wanted in lines:
        one, other = median[ours], median[theirs]
        print(f"  {ours:15} {one:7.2f} s   {theirs:19} {other:7.2f} s   {one / other:6.2f} x   ({wanted})")
    print(f"  {'':15} {'':9}   {'CSV first save':19} {median['CSV first save']:7.2f} s")


def report_memory(rows: int, arrow: int, folder: Path) -> None:
    """Print the peaks of processes that do only this."""
    for work in ("save", "load"):
        command = [sys.executable, __file__, "--peak", work, "--rows", str(rows), "--directory", str(folder / "ours")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
        peak = int(done.stdout.split()[-1])
        print(
            f"  peak of a {work}: {peak / 2**20:.0f} MB, {peak / arrow:.1f} x the Arrow size of the frame (at most 3)"
        )


def peak_memory(work: str, rows: int, directory: Path) -> int:
    """Return the growth of the process at its peak in bytes, including the frame and without the imports."""
    frame = make_frame(1)
    write_table(directory, f"warm{os.getpid()}", frame, primary_key="id")
    before = _memory("VmRSS")
    if work == "save":
        frame = make_frame(rows)
        # Memory that creating the frame left behind does not belong to the save.
        before = _memory("VmRSS") - int(frame.memory_usage(deep=True).sum())
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak (proc(5)); Linux only
        write_table(directory, "peak", frame, primary_key="id")
    else:
        frame = read_table(directory, "peak").data
    return _memory("VmHWM") - before


def _memory(name: str) -> int:
    match = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match is not None
    return int(match.group(1)) * 1024


def write_ready_file(frame: pd.DataFrame, file: Path) -> None:
    """Write what `LOAD DATA` reads without any conversion."""
    ready = pl.from_pandas(frame).with_columns(pl.col("paid").cast(pl.Int8), pl.col("at").dt.strftime("%F %T%.6f"))
    ready.write_csv(file, include_header=False, separator="\t", quote_style="never")


def load_data(database: Database, table: str, file: Path) -> None:
    """Load the file into a new table, and do nothing else."""
    with database.connect(local_infile=True) as connection:
        connection.execute(DDL.format(table))
        with connection.transaction():
            connection.execute("LOAD DATA LOCAL INFILE %s INTO TABLE " + table, (str(file),))


def read_alone(database: Database, table: str) -> pa.Table:
    """Read the table with connectorx, without a version, dtypes or a frame."""
    return connectorx.read_sql(
        database.address.url(None), f"SELECT * FROM {table}", return_type="arrow", protocol="binary"
    )


class Csv:
    """The CSV method, in its own directory."""

    def __init__(self, directory: Path, key: Sequence[str] = ("id",)) -> None:
        self.directory = directory
        self.key = key
        self.file = directory.parent / "rows.csv"
        directory.mkdir()
        self._dolt("init", "--name", "csv", "--email", "csv@localhost")

    def save(self, frame: pd.DataFrame, table: str, mode: str) -> None:
        """Save through a file; `mode` is -c for a new table, -r to replace its rows."""
        frame.to_csv(self.file, index=False)
        key = ("--pk", ",".join(self.key)) if mode == "-c" else ()
        self._dolt("table", "import", mode, *key, "--file-type", "csv", table, str(self.file))
        self._dolt("add", ".")
        self._dolt("commit", "--allow-empty", "-m", "csv")

    def load(self, table: str) -> pd.DataFrame:
        """Load through a file."""
        self._dolt("table", "export", "-f", "--file-type", "csv", table, str(self.file))
        return pd.read_csv(self.file)

    def _dolt(self, *arguments: str) -> None:
        subprocess.run(["dolt", *arguments], cwd=self.directory, check=True, capture_output=True)


if __name__ == "__main__":
    main()
