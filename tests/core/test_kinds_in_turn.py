"""pandas, pyarrow and polars write one table alternately: writing back what another has read makes no commit."""

import datetime
import decimal

import pandas as pd
import pytest

from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.core.frames.polars import to_polars
from tests.helpers.values.samples import assert_same

FRAME = pd.DataFrame(
    {
        "id": [1, 2], "text": ["a", None], "x": [0.5, None], "category": pd.Categorical(["u", "v"]),
        "at": pd.to_datetime(["2020-01-01", None]), "flag": [True, False], "day": [datetime.date(2020, 1, 1), None],
        "money": [decimal.Decimal("1.5"), None], 7: pd.array([1, None], "Int64"),
    }
)  # fmt: skip
FRAMES = {
    "a key": FRAME,
    "an index": FRAME.set_index("id"),
    "labels without a name": FRAME.set_axis(["x", "y"]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_what_arrow_and_polars_read_is_written_back_without_a_commit(name, database):
    frame = FRAMES[name]
    write_table(database, "t", frame, primary_key="id" if "id" in frame else None)

    read = read_arrow(database, "t")[0]

    assert not write_table(database, "t", read).changed
    assert not write_table(database, "t", to_polars(read)).changed
    assert not write_table(database, "t", frame).changed
    assert_same(read_table(database, "t").data, frame)
