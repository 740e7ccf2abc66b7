"""A frame of many types through a whole workflow: out of one task, through Dolt, into the next."""

import datetime
import decimal
import uuid

import pandas as pd
import pyarrow as pa
from flytekit import task, workflow
from pandas.testing import assert_frame_equal

from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository


def many_types() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "moment": pd.to_datetime(["2021-10-31T00:30", None], utc=True).tz_convert("Europe/Berlin"),
            "span": pd.to_timedelta([-1, None], unit="s"),
            "size": pd.Categorical(["low", None], categories=["low", "high"], ordered=True),
            "price": pd.Series([decimal.Decimal("1.50"), None], dtype=object),
            "day": pd.Series([datetime.date(1, 1, 1), None], dtype=object),
            "time": pd.Series([datetime.time(23, 59, 59, 999999), None], dtype=object),
            "bytes": pd.Series([b"\0\xff", None], dtype=object),
            "document": pd.Series([{"a": [1, None, "é🍣"]}, None], dtype=object),
            "id": pd.Series([uuid.UUID(int=1), None], dtype=object),
            "arrow": pd.Series([1, None], dtype=pd.ArrowDtype(pa.int64())),
            "text": pd.Series(["NULL", None], dtype="string"),
            7: pd.Series([1, None], dtype="Int8"),
        }
    )
    return frame.set_index(pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["key", "number"]))


def test_a_frame_of_many_types_goes_through_a_workflow(repository: Repository) -> None:
    @task
    def make() -> DoltTable:
        frame = many_types()
        return DoltTable(data=frame, config=DoltConfig(db_path=str(repository.path), tablename="types"))

    @task
    def check(table: DoltTable) -> int:
        assert_frame_equal(table.data, many_types(), check_exact=True)
        return len(table.data)

    @workflow
    def wf() -> int:
        return check(table=make())

    assert wf() == 2
    assert repository.sql("SELECT `key`, number, `7` FROM types ORDER BY number")[0] == {
        "key": "a",
        "number": "1",
        "7": "1",
    }
