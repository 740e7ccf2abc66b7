"""Ten million rows in batches: written from an iterator, read by `read_batches`; peak memory, and linear time.

python benchmarks/batches.py --rows 10000000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dolt_integrations.core import read_batches, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 500_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print seconds for each batch written and read, and the peak of this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args(arguments).rows
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "shop"
        start = time.perf_counter()
        written: list[float] = []
        write_table(directory, "t", frames(rows, start, written), primary_key="id")
        total = time.perf_counter() - start
        read: list[float] = []
        start, count = time.perf_counter(), 0
        for frame in read_batches(directory, "t", BATCH):
            count += len(frame)
            read.append(time.perf_counter() - start)
        assert count == rows
    print(f"{rows:,} rows in batches of {BATCH:,}")
    print(f"  written in {total:.0f} s; {shape(written)}")
    print(f"  read in {read[-1]:.0f} s; {shape(read)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of this process: {peak:.0f} MB (at most 1000)")


def frames(rows: int, start: float, times: list[float]) -> Iterator[pd.DataFrame]:
    """Yield the rows, and record when each batch was requested."""
    random = np.random.default_rng(7)
    for at in range(0, rows, BATCH):
        times.append(time.perf_counter() - start)
        count = min(BATCH, rows - at)
        yield pd.DataFrame(
            {
                "id": np.arange(at, at + count),
                "value": random.normal(size=count),
                "name": pd.Series("customer " + pd.Series(random.integers(0, 10**9, count)).astype(str)),
            }
        )


def shape(times: list[float]) -> str:
    """Return how long the last quarter took, compared with the second."""
    quarter = len(times) // 4
    second, last = times[2 * quarter - 1] - times[quarter - 1], times[-1] - times[-1 - quarter]
    return f"the last quarter took {last / second:.2f} x the second one"


if __name__ == "__main__":
    main()
