"""Results of an audit: which accept the work, which refuse it, and which are unclear."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import Transaction, read_table
from dolt_integrations.core.audits import refusal
from dolt_integrations.errors import AuditError
from tests.conftest import run_sql

FRAME = pd.DataFrame({"ok": [True, True]})


async def later():
    return True


ACCEPTED = [None, True, 1, "yes", [0], np.True_, np.bool_(1), np.array(True), pa.scalar(True), pl.Series([True]).all()]
REFUSED = [
    False, np.False_, np.bool_(0), 0, np.int64(0), 0.0, "", [], {}, (), set(), range(0), np.array(False),
    pa.scalar(False), pl.Series([False]).all(), (FRAME["ok"] < 0).all(),
]  # fmt: skip
UNCLEAR = [
    FRAME["ok"], FRAME, FRAME.index, FRAME.head(0), FRAME["ok"].array, pd.array([True], "boolean"), np.array([True]),
    np.array([]), pl.Series([True]), pl.DataFrame({"ok": [True]}), pl.LazyFrame({"ok": [True]}), pl.col("ok"),
    pa.table({"ok": [False]}), pa.array([False]), pa.chunked_array([[False]]), pa.RecordBatch.from_pandas(FRAME),
]  # fmt: skip


def name(value):
    return f"{type(value).__module__}.{type(value).__name__}"


@pytest.mark.parametrize("result", ACCEPTED, ids=name)
def test_none_and_what_is_true_accept(result):
    assert refusal(result) is None


@pytest.mark.parametrize("result", REFUSED, ids=name)
def test_what_is_false_refuses(result):
    assert re.search(r"returned (False|0|0\.0|''|\[\]|\{\}|\(\)|set\(\)|range|np\.int64\(0\))", refusal(result))


@pytest.mark.parametrize(
    "result", [ValueError("bad"), ValueError, NotImplemented, (False, "bad"), (np.False_,)], ids=name
)
def test_what_is_true_and_means_a_refusal_refuses(result):
    assert refusal(result).startswith("the audit returned ")


@pytest.mark.parametrize("result", UNCLEAR, ids=name)
def test_what_has_no_truth_value_refuses_and_says_what_to_call(result):
    assert "neither true nor false: return `.all()`" in refusal(result)


@pytest.mark.parametrize(
    "result", [pd.NA, pd.NaT, float("nan"), np.float64("nan"), pa.scalar(None, pa.bool_())], ids=name
)
def test_a_missing_value_refuses(result):
    assert refusal(result) is not None


@pytest.mark.parametrize("result", [(value for value in [False]), iter([False]), FRAME.all, all, later()], ids=name)
def test_a_result_that_is_true_whatever_it_holds_refuses(result):
    assert refusal(result) is not None


@pytest.mark.parametrize("result", [np.False_, [], FRAME["ok"]], ids=name)
def test_a_transaction_lands_nothing_that_such_a_result_refuses(result, database):
    with (
        pytest.raises(AuditError, match="the audit returned") as caught,
        Transaction(database, audit=lambda _: result) as b,
    ):
        b.write("t", FRAME)

    assert run_sql(database, "SHOW TABLES") == []
    assert len(read_table(database, "t", as_of=caught.value.branch).data) == 2
