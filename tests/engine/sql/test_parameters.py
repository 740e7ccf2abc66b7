"""Values for `%s` and `%(name)s`."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import read_batches, read_table, write_table
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database, run_query
from dolt_integrations.engine.sql.literals import literal
from dolt_integrations.engine.sql.parameters import bind, plain_params
from dolt_integrations.errors import ConfigError

HOSTILE = ["'", "\\", "\\'", "' OR 1=1 -- ", "%s", "%(x)s", "%%", "\0", "a\nb", "🐇", "*/", "`", '"', "NULL", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("parameters") / "db"
    frame = pd.DataFrame({"id": range(len(HOSTILE)), "text": HOSTILE, "share": [n / 10 for n in range(len(HOSTILE))]})
    with open_database(path, create=DEFAULT_AUTHOR):
        write_table(path, "t", frame, primary_key="id")
        yield path


@pytest.mark.parametrize("sql", ["%s < id", "id > %s", "id in %s", "id = %(id)s and 1", "(id, %s)", "select %s"])
def test_a_placeholder_without_params_is_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match="there are no params"):
        bind(sql, None)


@pytest.mark.parametrize("sql", ["7 %s", "id %s", "(id) %s", "t like '%s'", "1 -- > %s", "a % b", "`%s` > 1"])
def test_a_percent_sign_that_is_no_placeholder_needs_no_params(sql: str) -> None:
    assert bind(sql, None) == sql


def test_one_value_or_placeholder_is_counted_in_the_singular() -> None:
    with pytest.raises(ConfigError, match="1 placeholder for 2 values"):
        bind("select %s", [1, 2])
    with pytest.raises(ConfigError, match="more than the 1 value of"):
        bind("select %s, %s", [1])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_finds_exactly_its_row(folder: Path, text: str) -> None:
    assert read_table(folder, "t", where="text = %s", params=[text]).data["text"].tolist() == [text]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=8), min_size=1, max_size=20))
def test_texts_come_back_as_they_were_bound(folder: Path, texts: list[str]) -> None:
    with open_database(folder) as database, database.connect() as session:
        for text in texts:
            query = bind("select hex(%s) as h", [text])
            assert run_query(session, query).data.column("h")[0].as_py() == text.encode().hex().upper()


@pytest.mark.parametrize(
    "value",
    [
        5,
        -(2**63),
        True,
        0.1,
        -0.0,
        1e300,
        Decimal("1.50"),
        b"\x00'\xff",
        datetime.date(2026, 11, 26),
        datetime.datetime(2026, 11, 26, 1, 2, 3, 4),
        datetime.datetime(2026, 11, 26, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
        datetime.timedelta(hours=-5, microseconds=1),
        uuid.UUID(int=5),
        np.int64(5),
        np.float64(0.5),
        np.bool_(True),
        pd.Timestamp("2026-11-26 01:02:03"),
        "text",
        None,
    ],
    ids=repr,
)
def test_a_value_of_each_kind_equals_itself(folder: Path, value: Any) -> None:
    found = read_table(folder, sql="select (%(v)s <=> %(v)s) as same", params={"v": value}).data

    assert found["same"].tolist() == [1]


def test_a_float_compares_as_a_double(folder: Path) -> None:
    assert read_table(folder, "t", where="share = %s", params=[0.3]).data["id"].tolist() == [3]


def test_a_list_stands_behind_in(folder: Path) -> None:
    assert read_table(folder, "t", where="id in %s", params=[[1, 3]]).data["id"].tolist() == [1, 3]


def test_batches_take_params(folder: Path) -> None:
    frames = list(read_batches(folder, "t", 1, where="id < %(n)s", params={"n": 2}))

    assert [frame["id"].tolist() for frame in frames][:2] == [[0], [1]]


def test_a_percent_sign_is_doubled_where_there_are_params_only(folder: Path) -> None:
    assert bind("a like 'x%'", None) == "a like 'x%'"
    assert bind("a like 'x%%' and b = %s", [1]) == "a like 'x%' and b = 1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2))), "2025-12-31 22:00:00"),
        (datetime.timedelta(days=-1, hours=-5), "-29:00:00"),
        (datetime.timedelta(days=2, microseconds=5), "48:00:00"),
    ],
)
def test_timestamps_are_bound_in_utc_and_durations_with_all_their_hours(value: Any, text: str) -> None:
    assert bind("%s", [value]).removeprefix("'").partition(".")[0] == text


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("a = %s", []),
        ("a = %s", [1, 2]),
        ("a = %s", {"a": 1}),
        ("a = %(a)s", [1]),
        ("a = %(b)s", {"a": 1}),
        ("a like 'x%'", [1]),
        ("a = %d", [1]),
        ("a = %s", "text"),
        ("a = %s", 5),
        ("a = %s", [object()]),
        ("a = %s", [float("inf")]),
        ("a = %s", [pd.NaT]),
        ("a = %s", ["\ud800"]),
        ("a = %s", [{"a": 1}]),
        ("a in %s", [[]]),
        ("a in %s", [pd.Series([1, 2])]),
        ("a in %s", [np.array([1])]),
    ],
)
def test_what_does_not_go_together_is_refused(sql: str, params: Any) -> None:
    with pytest.raises(ConfigError):
        bind(sql, params)


@pytest.mark.parametrize(
    ("sql", "params", "said"),
    [
        ("a = %(b)s", {"a": 1}, r"asks for %\(b\)s; params has \['a'\]. Write %s"),
        ("a = %s", {"a": 1}, r"asks for %s; params has"),
        ("a = %(a)s", [1], r"asks for %\(a\)s. Write %s"),
        ("a = %d", [1], "a percent sign stands alone .* and %% for a percent sign"),
        ("a = %s", 5, "params is 5 .int.. Pass a list or a dict"),
        ("a in %s", [pd.Series([1, 2])], ".Series. of params has no SQL literal.*lists of them"),
        ("a in %s", [[]], "is empty. SQL has no empty list: remove the condition"),
    ],
)
def test_what_is_refused_is_named_with_what_to_pass_instead(sql: str, params: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){said}"):
        bind(sql, params)


@pytest.mark.parametrize("sql", ["a = '%s'", 'a like "%%%s"', "`%s` = 1", "1 -- %s", "1 /* %s */", "a = 'b''%s'"])
def test_a_placeholder_in_quotes_or_a_comment_is_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match="has the placeholder %s in"):
        bind(sql, ["x"])


def test_params_without_sql_are_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no SQL to use them in"):
        read_table(folder, "t", params=[1])


def test_params_for_json_are_plain_numbers_and_texts() -> None:
    given = {"n": np.int64(5), "at": [np.float64(0.5), Decimal("1.50")], "id": uuid.UUID(int=5), "none": None}

    assert plain_params(given) == {"n": 5, "at": [0.5, "1.50"], "id": str(uuid.UUID(int=5)), "none": None}


def test_a_value_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"cannot be stored as JSON. Pass a string or a number"):
        plain_params([b"\0"])


def test_a_value_of_another_kind_has_no_literal() -> None:
    with pytest.raises(TypeError, match="dict has no SQL literal"):
        literal({"a": 1})


@pytest.mark.parametrize("params", ["text", 5])
def test_params_for_json_are_a_list_or_a_dict(params: Any) -> None:
    with pytest.raises(ConfigError, match="Pass a list or a dict"):
        plain_params(params)
