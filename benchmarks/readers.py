"""Sixteen processes with empty local caches and a shared one read the same version at once.

Each has a local cache of its own, as a pod has; the shared place is a folder, by fsspec. Then each reads a Parquet file
of the same rows from that place. Then 1% of the rows change, and one more process with an empty cache reads the newer
version, by its difference from the one in the shared cache. Seconds are of the processor, for they wait for each other
on a few cores.

python benchmarks/readers.py --rows 1000000 --processes 16
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

import fsspec
import pandas as pd
from rows import changed, make_frame

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import version_rows
from dolt_integrations.core.rows.cache import LOCATION
from dolt_integrations.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how often the rows were fetched from Dolt, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.read:
        print(json.dumps(read(*options.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.rows, options.processes)


def measure(folder: Path, rows: int, processes: int) -> None:
    """Let all processes read at the same time, first the table and then the file."""
    shared = f"file://{folder / 'shared'}"
    (folder / "shared").mkdir()
    os.environ[LOCATION] = "off"
    frame = make_frame(rows)
    frame.to_parquet(folder / "shared" / "frame.parquet")
    write_table(folder / "db", "t", frame, primary_key="id")
    with open_database(folder / "db"):
        table = _all_at_once(folder, shared, range(processes))
        write_table(folder / "db", "t", changed(frame, 1), primary_key="id")
        (newer,) = _all_at_once(folder, shared, [processes])
    fetched = [each for each in table if each["fetches"]]
    found = [each["seconds"] for each in table if not each["fetches"]]
    parquet = statistics.median(each["parquet"] for each in table)
    print(f"{processes} processes with empty caches and a shared one, {rows:,} rows, seconds of the processor")
    print(f"  fetches from Dolt in all               {sum(each['fetches'] for each in table)}   (1 is asked for)")
    print(f"  the process that fetches and stores    {fetched[0]['seconds']:.2f} s")
    print(f"  each other, median                     {statistics.median(found):.2f} s")
    ratio = statistics.median(found) / parquet
    print(f"  read_parquet from the same place       {parquet:.2f} s   {ratio:.2f} x   (at most 1.5 x)")
    print(f"  one of a version with 1% changed       {newer['seconds']:.2f} s   {newer['fetches']} fetches of all rows")


def _all_at_once(folder: Path, shared: str, numbers: Sequence[int]) -> list[dict[str, float]]:
    """Start processes that wait for a file, and return what they print."""
    start = folder / f"start{numbers[0]}"
    running = []
    for number in numbers:
        environment = {**os.environ, LOCATION: f"{folder / 'local' / str(number)},{shared}", "START": str(start)}
        command = [sys.executable, __file__, "--read", str(folder / "db"), f"{shared}/frame.parquet"]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
    while len(list(folder.glob(f"{start.name}.*"))) < len(numbers):
        time.sleep(0.05)
    start.touch()
    return [json.loads(each.communicate()[0]) for each in running]


def read(db: str, file: str) -> dict[str, float]:
    """Read each once, when all processes are ready; return the seconds, and how often the whole table was fetched."""
    fetches = []
    fetch = version_rows.fetch
    version_rows.fetch = lambda *given: fetches.append(1) or fetch(*given)
    start = Path(os.environ["START"])
    fsspec.filesystem("file")
    Path(f"{start}.{os.getpid()}").touch()
    while not start.exists():
        time.sleep(0.01)
    seconds = []
    for work in (lambda: read_table(db, "t").data, lambda: pd.read_parquet(file)):
        before = time.process_time()
        assert len(work())
        seconds.append(time.process_time() - before)
    return {"seconds": seconds[0], "parquet": seconds[1], "fetches": len(fetches)}


if __name__ == "__main__":
    main()
