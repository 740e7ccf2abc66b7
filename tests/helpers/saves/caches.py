"""What is stored in the cache of versions, and where."""

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dolt_integrations.core.rows import cache

HASH = "0123456789abcdefghijklmnopqrstuv"
OTHER = HASH[::-1]
SIZE = 40_000


def table(start=0, size=SIZE):
    return pa.table({"n": range(start, start + size)})


def frame(start=0, size=SIZE):
    return pd.DataFrame({"n": range(start, start + size), "text": [f"text {n}" for n in range(size)]})


def file_of(key=HASH):
    return folder() / f"{key}.arrow"


def folder():
    return Path(os.environ[cache.LOCATION])


def stored():
    """Return the names of the versions that are kept."""
    found = folder().iterdir() if folder().is_dir() else ()
    return sorted(path.name for path in found if path.suffix != ".versions")


def empty(place):
    for path in place.iterdir():
        path.unlink()
