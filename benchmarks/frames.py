"""Round trips of thirteen difficult frames through several ways to store them.

Ours, Parquet files, Lance, ArcticDB and Delta tables (those that are installed), and the CSV method that upstream used:
`to_csv`, `dolt table import`, `dolt table export`, `read_csv`. Each frame is written, read back and compared with
`assert_frame_equal`: values, dtypes, index and labels.

python benchmarks/frames.py
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
import uuid
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.helpers.values.thirteen import FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    Method = Callable[[pd.DataFrame, Any], pd.DataFrame]

# The methods. Each writes a frame into a folder and reads it back.


def ours(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """This library, on a directory."""
    return save_and_load(frame, folder / "ours")


def save_and_load(frame: pd.DataFrame, database: Path | str) -> pd.DataFrame:
    """Save with this library and load the version that was saved."""
    table = f"t{uuid.uuid4().hex}"
    version = write_table(database, table, frame, primary_key=["id"] if "id" in frame.columns else None)
    return read_table(database, table, as_of=version.commit).data


def parquet(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A Parquet file, as pandas writes it through pyarrow."""
    frame.to_parquet(folder / "frame.parquet")
    return pd.read_parquet(folder / "frame.parquet")


def lance(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A Lance dataset."""
    import lance as library
    import pyarrow as pa

    path = str(folder / uuid.uuid4().hex)
    library.write_dataset(pa.Table.from_pandas(frame), path)
    return library.dataset(path).to_table().to_pandas()


def arcticdb(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A symbol of an ArcticDB library on LMDB."""
    import arcticdb as library

    store = library.Arctic(f"lmdb://{folder / uuid.uuid4().hex}").create_library("frames")
    store.write("frame", frame)
    return store.read("frame").data


def delta(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A Delta table."""
    import deltalake

    path = str(folder / uuid.uuid4().hex)
    deltalake.write_deltalake(path, frame)
    return deltalake.DeltaTable(path).to_pandas()


def csv(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """CSV files and Dolt's command line."""
    directory, file = folder / uuid.uuid4().hex, folder / "frame.csv"
    directory.mkdir()
    named = frame.index.names != [None]
    frame.to_csv(file, index=named)
    key = ",".join(frame.index.names) if named else "id"
    dolt(directory, "init", "--name", "csv", "--email", "csv@localhost")
    dolt(directory, "table", "import", "-c", "--pk", key, "--file-type", "csv", "frame", str(file))
    dolt(directory, "add", ".")
    dolt(directory, "commit", "-m", "csv")
    dolt(directory, "table", "export", "-f", "--file-type", "csv", "frame", str(file))
    return pd.read_csv(file, index_col=list(frame.index.names) if named else None)


def dolt(directory: Path, *arguments: str) -> None:
    """Run the CLI."""
    done = subprocess.run(["dolt", *arguments], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip())


METHODS: dict[str, tuple[Method, str | None]] = {
    "ours": (ours, None),
    "Parquet": (parquet, "pyarrow"),
    "Lance": (lance, "pylance"),
    "ArcticDB": (arcticdb, "arcticdb"),
    "Delta": (delta, "deltalake"),
    "CSV": (csv, None),
}
"""Each method with the distribution that it needs, unless we depend on it."""


def outcome(method: Method, frame: pd.DataFrame, folder: Path | str) -> str:
    """Return `same`, or what differs or refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = method(frame.copy(deep=True), folder)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return f"refused: {_first_line(error)}"
    try:
        assert_frame_equal(result, frame, check_exact=True, check_freq=False)
    except Exception as error:  # noqa: BLE001 - comparing arrays inside objects may raise anything
        return f"differs: {_first_line(error)}"
    return "same"


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = "; ".join(lines[:1] + [line for line in lines[1:] if line.startswith(("[left]", "[right]"))])
    return f"{type(error).__name__ if not isinstance(error, AssertionError) else ''} {said}".strip()[:200]


def outcomes(folder: Path) -> dict[str, dict[str, str]]:
    """Return how each frame came back, by method; methods that are not installed are left out."""
    found: dict[str, dict[str, str]] = {}
    for name in available():
        (folder / name).mkdir()
        found[name] = {make.__name__: outcome(METHODS[name][0], make(), folder / name) for make in FRAMES}
    return found


def available() -> list[str]:
    """Return the methods whose distribution is installed."""
    return [name for name, (_, needs) in METHODS.items() if needs is None or _version(needs)]


def named_versions() -> str:
    """Return the versions of what is compared."""
    versions = {"pandas": pd.__version__, **{needs: _version(needs) for _, needs in METHODS.values() if needs}}
    return ", ".join(f"{name} {version or 'not installed'}" for name, version in versions.items())


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def main() -> None:
    """Print which frames come back by method, and what happened to the others."""
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(Path(folder))
    print(f"thirteen frames, written and read back ({named_versions()})")
    print("  " + " ".join([f"{'':12}", *(f"{name:>8}" for name in METHODS)]))
    for make in FRAMES:
        print(f"  {make.__name__:12} " + " ".join(f"{_word(found, name, make.__name__):>8}" for name in METHODS))
    totals = [str(sum(text == "same" for text in found[name].values())) if name in found else "-" for name in METHODS]
    print(f"  {'same':12} " + " ".join(f"{total:>8}" for total in totals))
    for name, results in found.items():
        for frame, text in results.items():
            if text != "same":
                print(f"  {name}, {frame}: {text}")


def _word(found: dict[str, dict[str, str]], method: str, frame: str) -> str:
    return found[method][frame].partition(":")[0] if method in found else "-"


if __name__ == "__main__":
    main()
