"""Arrow Tables and what pandas says about them in their metadata."""

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core.frames.frame import encode_frame


@pytest.mark.parametrize(
    "said",
    [
        b"{", b"5", b"[]", b'{"columns": 5}', b'{"index_columns": {}}', b"[" * 50_000, b'{"columns": [5, {"name": 1}]}',
        b'{"index_columns": [{"kind": "range"}, {"start": 0, "stop": 9, "step": 1}]}',
        b'{"index_columns": [{"start": 0, "stop": 2, "step": 0}]}',
        b'{"index_columns": ["gone", 5]}', b'{"column_indexes": [5]}',
    ],
    ids=lambda said: said[:40],
)  # fmt: skip
def test_metadata_of_pandas_that_is_damaged_or_out_of_date_is_ignored(said):
    rows = pa.table({"a": [1, 2], "b": ["x", "y"]})

    found, plain = (
        encode_frame(each, table="t").columns for each in (rows.replace_schema_metadata({b"pandas": said}), rows)
    )

    assert list(found) == ["a", "b"]
    assert [each.mark for each in found.values()] == [each.mark for each in plain.values()]


@pytest.mark.parametrize(("values", "of"), [([1, None], "int"), ([True, None], "bool")])
def test_objects_that_pass_through_arrow_come_back_as_objects(values, of):
    rows = pa.Table.from_pandas(pd.DataFrame({"a": pd.Series(values, dtype=object)}))

    mark = encode_frame(rows, table="t").columns["a"].mark

    assert (mark.dtype, mark.of) == ("object", of)


def test_a_record_batch_is_a_frame():
    batch = pa.record_batch({"a": [1, 2]})

    assert encode_frame(batch, table="t").columns["a"].values.to_pylist() == [1, 2]
