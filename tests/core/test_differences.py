"""Saves that send only what differs: what lands is exactly the frame, and the history shows only what changed."""

import datetime
import decimal
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import MergeBranch, NewBranch, cache, differences, read_table, write, write_table
from dolt_integrations.errors import DoltError, PrimaryKeyError, UncommittedChangesError
from tests.conftest import run_sql
from tests.samples import FAMILIES, TYPES, assert_same
from tests.strategies import AWKWARD_TEXTS

SIZE = 3_000


@pytest.fixture(autouse=True)
def own_cache(request, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    cached = getattr(request, "param", "cached") == "cached"
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "cache") if cached else "off")


BOTH_WAYS = pytest.mark.parametrize("own_cache", ["cached", "not cached"], indirect=True)


@pytest.fixture
def small(monkeypatch):
    """Tables of any size are compared."""
    for module in (differences, write):
        monkeypatch.setattr(module, "WORTHWHILE", 0)
    monkeypatch.setattr(differences, "DELETE_COST", 0)


@pytest.fixture
def found(monkeypatch):
    """The sizes of the differences that saves found; None where all is written."""
    sizes = []
    real = differences.find_differences

    def find(*arguments):
        made = real(*arguments)
        sizes.append(None if made is None else (made.gone.num_rows, made.written.num_rows))
        return made

    monkeypatch.setattr("dolt_integrations.core.write.find_differences", find)
    return sizes


def base(size=SIZE):
    numbers = np.arange(size)
    return pd.DataFrame({"n": numbers, "x": numbers / 7, "text": [f"text {n}" for n in numbers]})


def changes(url, table="t"):
    """How many rows the newest commit changed, as Dolt sees it."""
    ((count,),) = run_sql(url, f"SELECT COUNT(*) FROM dolt_diff('HEAD~1', 'HEAD', '{table}')")
    return count


def assert_landed(url, frame, key="n"):
    """Hold the table to be the frame: as we read it, and as a foreign client does."""
    landed = read_table(url, "t").data
    if key:
        assert_same(landed, frame.sort_values(key, ignore_index=True)[list(landed)])
    else:
        by = list(landed)
        assert_same(landed.sort_values(by, ignore_index=True), frame[by].sort_values(by, ignore_index=True))
    names = ", ".join(f"`{name}`" for name in frame)
    order = f" ORDER BY {key}" if key else ""
    rows = run_sql(url, f"SELECT {names} FROM t{order}")
    wanted = frame.sort_values(key) if key else frame
    assert len(rows) == len(wanted)
    if {"x", "text"} <= set(frame):
        theirs = [tuple(row) for row in rows]
        ours = list(wanted.itertuples(index=False, name=None))
        assert theirs == ours if key else sorted(theirs) == sorted(ours)


def edited(frame, column="x", value=-1.0, every=100):
    frame = frame.copy()
    frame.loc[::every, column] = value
    return frame


EDITS = {
    "a few rows changed": (edited(base()), (30, 30), 30),
    "rows deleted": (base().drop(index=range(10, 20)), (10, 0), 10),
    "rows added": (pd.concat([base(), base(SIZE + 40).tail(40)]), (0, 40), 40),
    "all of it": (
        pd.concat([edited(base()).drop(index=range(10, 20)), base(SIZE + 40).tail(40)]),
        (40, 70),
        80,
    ),
    "changed and shuffled": (edited(base()).sample(frac=1, random_state=1), (30, 30), 30),
    "keys changed": (base().assign(n=lambda each: each["n"].where(each["n"] % 100 > 0, -1 - each["n"])), (30, 30), 60),
    "columns in another order": (edited(base()), (30, 30), 30),
    "most changed": (base().assign(x=0.5), None, SIZE),
    "all gone": (base().head(0), None, SIZE),
}


@BOTH_WAYS
@pytest.mark.parametrize("what", EDITS)
def test_what_lands_is_the_frame_and_the_diff_what_changed(loading_database, found, what):
    frame, size, changed = EDITS[what]
    write_table(loading_database, "t", base(), primary_key="n")

    version = write_table(loading_database, "t", frame, primary_key="n")

    assert_landed(loading_database, frame)
    assert found == ([size] if len(frame) >= differences.WORTHWHILE else [])
    assert changes(loading_database) == changed
    assert read_table(loading_database, "t").version.commit == version.commit


@BOTH_WAYS
@pytest.mark.parametrize("frame", [base(), base().sample(frac=1, random_state=1)])
def test_what_is_the_same_is_no_commit(database, found, frame):
    first = write_table(database, "t", base(), primary_key="n")

    again = write_table(database, "t", frame, primary_key="n")

    assert (again.changed, again.commit, again.table_hash) == (False, first.commit, first.table_hash)
    assert found == [(0, 0)]


def test_another_order_of_the_columns_lands(database):
    write_table(database, "t", base(), primary_key="n")
    frame = edited(base())[["text", "x", "n"]]

    write_table(database, "t", frame, primary_key="n")

    assert_landed(database, frame)


def test_another_process_reads_what_landed(database, script):
    write_table(database, "t", base(), primary_key="n")
    frame = edited(base())
    write_table(database, "t", frame, primary_key="n")

    code = "import sys; from dolt_integrations.core import read_table; print(read_table(sys.argv[1], 't').data.x.sum())"

    assert float(script(code, database).finish()) == frame["x"].sum()


@BOTH_WAYS
def test_what_is_large_goes_by_a_private_branch(loading_database, found):
    large = base(60_000)
    write_table(loading_database, "t", large, primary_key="n")
    frame = edited(large, every=5)

    write_table(loading_database, "t", frame, primary_key="n")

    assert found == [(12_000, 12_000)]
    assert_landed(loading_database, frame)
    assert changes(loading_database) == 12_000
    assert run_sql(loading_database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_key_of_three_columns(loading_database, found):
    frame = base().assign(a=lambda frame: frame["n"] % 7, b=lambda frame: frame["text"].str[-1])
    key = ["b", "n", "a"]
    write_table(loading_database, "t", frame, primary_key=key)

    write_table(loading_database, "t", edited(frame).drop(index=range(5)), primary_key=key)

    assert found == [(34, 29)]
    landed = read_table(loading_database, "t").data
    assert_same(landed, edited(frame).drop(index=range(5)).sort_values(key, ignore_index=True))


def test_an_index_as_the_key(database, found):
    frame = base().set_index(["text", "n"])
    write_table(database, "t", frame)

    write_table(database, "t", edited(frame.reset_index()).set_index(["text", "n"]))

    assert found == [(30, 30)]
    expected = edited(frame.reset_index()).set_index(["text", "n"]).sort_index()
    assert_same(read_table(database, "t").data, expected)


# Without a key: rows as often as they are there


@pytest.mark.parametrize(
    ("then", "size"),
    [
        ([1] * 5 + [2] * 3, (0, 0)),
        ([1] * 6 + [2] * 3, (0, 1)),
        ([1] * 5 + [2] * 3 + [3], (0, 1)),
        ([1] * 4 + [2] * 3, None),
        ([1] * 4 + [2] * 4, None),
    ],
)
def test_without_a_key_rows_count(database, small, found, then, size):
    write_table(database, "t", pd.DataFrame({"n": [2, 1, 1, 2, 1, 1, 2, 1]}))

    write_table(database, "t", pd.DataFrame({"n": then}))

    assert sorted(read_table(database, "t").data["n"]) == then
    assert found == [size]


def test_without_a_key_rows_are_added(database, found):
    write_table(database, "t", base())
    frame = pd.concat([base(), base().head(10), base(SIZE + 10).tail(10)])

    write_table(database, "t", frame)

    assert found == [(0, 20)]
    assert_landed(database, frame, None)


# Every type


OTHERS = {
    "float": (pd.Series([0.0, 1.0, None]), pd.Series([-0.0, 1.0, None])),
    "float32": (pd.Series([0.0, 0.1, None], dtype="float32"), pd.Series([-0.0, 0.1, None], dtype="float32")),
    "float to NULL": (pd.Series([0.0, 1.0]), pd.Series([0.0, None])),
    "float from NULL": (pd.Series([0.0, None]), pd.Series([0.0, 0.0])),
    "next float": (pd.Series([0.1]), pd.Series([np.nextafter(0.1, 1)])),
    "Float64": (pd.Series([0.0, None], dtype="Float64"), pd.Series([-0.0, None], dtype="Float64")),
    "Int64": (pd.Series([0, None], dtype="Int64"), pd.Series([None, 0], dtype="Int64")),
    "uint64": (pd.Series([2**64 - 1], dtype="uint64"), pd.Series([2**64 - 2], dtype="uint64")),
    "boolean": (pd.Series([True, None], dtype="boolean"), pd.Series([False, None], dtype="boolean")),
    "text to NULL": (pd.Series(["", "a"]), pd.Series([None, "a"])),
    "text from NULL": (pd.Series([None, "a"]), pd.Series(["", "a"])),
    "NULL": (pd.Series([None, "a"]), pd.Series(["NULL", "a"])),
    "case": (pd.Series(["a", "b"]), pd.Series(["A", "b"])),
    "trailing space": (pd.Series(["a", "b"]), pd.Series(["a ", "b"])),
    "composed": (pd.Series(["é"]), pd.Series(["e\u0301"])),
    "bytes": (pd.Series([b"", b"a"], dtype=object), pd.Series([b"\0", None], dtype=object)),
    "document": (pd.Series([{"a": 1}, [1]], dtype=object), pd.Series([{"a": 2}, None], dtype=object)),
    "category": (
        pd.Series(pd.Categorical(["x", None], categories=["x", "y"])),
        pd.Series(pd.Categorical(["y", None], categories=["x", "y"])),
    ),
    "categories": (
        pd.Series(pd.Categorical(["x", "y"], categories=["x", "y"])),
        pd.Series(pd.Categorical(["x", "y"], categories=["y", "x"])),
    ),
    "moment": (
        pd.Series(["2021-10-31T00:30", None], dtype="datetime64[us]"),
        pd.Series(["2021-10-31T00:30:00.000001", None], dtype="datetime64[us]"),
    ),
    "other zone": (TYPES["time zone in microseconds"], TYPES["time zone in microseconds"].dt.tz_convert("Asia/Tokyo")),
    "other unit": (pd.Series([1], dtype="timedelta64[s]"), pd.Series([1], dtype="timedelta64[ms]")),
    "decimal": (
        pd.Series([decimal.Decimal("1.50")], dtype=object),
        pd.Series([decimal.Decimal("1.51")], dtype=object),
    ),
    "date": (
        pd.Series([datetime.date(1, 1, 1)], dtype=object),
        pd.Series([datetime.date(1, 1, 2)], dtype=object),
    ),
    "wider": (pd.Series([1, 2], dtype="int8"), pd.Series([1, 2], dtype="int64")),
}


@pytest.mark.parametrize("key", ["n", None])
@pytest.mark.parametrize("what", OTHERS)
def test_a_value_that_changes_a_little_is_written(database, small, what, key):
    before, after = (pd.DataFrame({"n": range(len(values)), "v": values}) for values in OTHERS[what])
    write_table(database, "t", before, primary_key=key)

    version = write_table(database, "t", after, primary_key=key)

    assert version.changed
    assert_same(read_table(database, "t").data.sort_values("n", ignore_index=True), after)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_column_of_every_type_is_saved_by_its_difference(database, small, name):
    values = TYPES[name].reset_index(drop=True)
    first = pd.DataFrame({"n": range(len(values)), "v": values})
    then = pd.DataFrame({"n": range(len(values)), "v": values.iloc[::-1].reset_index(drop=True)})
    write_table(database, "t", first, primary_key="n")

    assert not write_table(database, "t", first, primary_key="n").changed
    write_table(database, "t", then, primary_key="n")

    assert_same(read_table(database, "t").data, then)


KEYS = {
    "texts": pd.Series(AWKWARD_TEXTS),
    "floats": pd.Series([0.1, 1 / 3, -0.5, 1e308, 5e-324, 0.0]),
    "float32": pd.Series([0.1, 1 / 3, 16777217.0, 3e38], dtype="float32"),
    "decimals": TYPES["money"],
    "decimals of 65 digits": TYPES["decimals of 65 digits"],
    "bytes": pd.Series([b"", b"\0", b"\xff", b"a", b"a "], dtype=object),
    "dates": TYPES["dates"],
    "times": TYPES["times"],
    "moments": TYPES["time zone in microseconds"],
    "booleans": pd.Series([True, False]),
    "uint64": pd.Series([2**64 - 1, 0, 2**63], dtype="uint64"),
    "UUIDs": TYPES["UUIDs"],
    "spans": TYPES["spans in us"],
}


@pytest.mark.parametrize("name", KEYS)
def test_rows_are_found_by_every_key(database, small, name):
    first = pd.DataFrame({"k": KEYS[name].reset_index(drop=True)}).assign(v=1)
    write_table(database, "t", first, primary_key="k")
    then = first.drop(index=0)
    then.loc[1, "v"] = 2

    write_table(database, "t", then, primary_key="k")

    assert run_sql(database, "SELECT COUNT(*), SUM(v) FROM t") == [(len(first) - 1, len(first))]
    assert changes(database) == 2
    landed = read_table(database, "t").data
    assert sorted(map(repr, landed["k"])) == sorted(map(repr, then["k"]))


# Tables that others made


def theirs(url, *statements):
    run_sql(url, *statements, "CALL dolt_commit('-Am', 'theirs')")


def saved(url, frame):
    write_table(url, "t", frame)
    return read_table(url, "t").data


def test_a_key_that_changes_its_case_under_a_collation(database, small):
    theirs(
        database,
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",
        "INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)",
    )

    saved(database, pd.DataFrame({"k": ["A", "b", "c"], "v": [1, 2, 3]}))

    assert run_sql(database, "SELECT CAST(k AS BINARY), v FROM t ORDER BY v") == [(b"A", 1), (b"b", 2), (b"c", 3)]


def test_keys_that_a_collation_takes_for_one_are_an_error(database, small):
    theirs(
        database,
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",
        "INSERT INTO t VALUES ('a', 1), ('b', 2)",
    )

    with pytest.raises(PrimaryKeyError):
        saved(database, pd.DataFrame({"k": ["a", "A", "b"], "v": [1, 2, 2]}))

    assert run_sql(database, "SELECT COUNT(*) FROM t") == [(2,)]


def test_values_that_two_rows_swap_under_a_unique_index(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, UNIQUE KEY (v))",
        "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)",
    )

    saved(database, pd.DataFrame({"k": [1, 2, 3], "v": [20, 10, 30]}))

    assert run_sql(database, "SELECT k, v FROM t ORDER BY k") == [(1, 20), (2, 10), (3, 30)]
    assert changes(database) == 2


def test_a_generated_column_follows(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v * 2) STORED)",
        "INSERT INTO t (k, v) VALUES (1, 1), (2, 2)",
    )
    frame = read_table(database, "t").data
    frame.loc[0, "v"] = 5

    saved(database, frame)

    assert run_sql(database, "SELECT * FROM t ORDER BY k") == [(1, 5, 10), (2, 2, 4)]


def test_a_stale_generated_column_is_no_change(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v * 2) STORED)",
        "INSERT INTO t (k, v) VALUES (1, 1), (2, 2)",
    )
    frame = read_table(database, "t").data.assign(w=7)

    assert not write_table(database, "t", frame).changed


def test_zero_in_an_auto_increment_column_stays(database, small):
    theirs(database, "CREATE TABLE t (k bigint AUTO_INCREMENT PRIMARY KEY, v bigint)", "INSERT INTO t VALUES (5, 5)")

    saved(database, pd.DataFrame({"k": [0, 5], "v": [1, 5]}))

    assert run_sql(database, "SELECT k, v FROM t ORDER BY k") == [(0, 1), (5, 5)]


FOREIGN = {
    "TIME": ("time(6)", ["10:00:00", "-838:59:59", None], "11:00:00"),
    "ENUM": ("enum('b', 'a', '')", ["b", "", None], "a"),
    "SET": ("set('b', 'a')", ["b,a", "", None], "a"),
    "YEAR": ("year", ["1901", "2155", None], "2000"),
    "BIT": ("bit(10)", [1, 1023, None], 7),
    "JSON": ("json", ['{"a": 1.5}', "[]", None], '{"b": null}'),
    "TIMESTAMP": ("timestamp(6) NULL", ["2020-01-01", "1999-01-01", None], "2001-01-01"),
    "DATETIME": ("datetime", ["2020-01-01", "0000-00-00", None], "2001-01-01"),
    "DECIMAL": ("decimal(65,30)", ["1e-30", "-1", None], "2e-30"),
    "BINARY": ("binary(4)", ["a", "bb", None], "c"),
    "CHAR": ("char(4)", ["a", "", None], "c"),
    "TINYINT(1)": ("tinyint(1)", [0, 5, None], 7),
    "FLOAT": ("float", ["0.1", "16777217", None], "-0.0"),
    "latin1": ("varchar(9) CHARACTER SET latin1", ["ü", "", None], "ß"),
    "GEOMETRY": ("point", [], "1"),
}


@BOTH_WAYS
@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_column_keeps_what_is_not_changed(database, small, name):
    kind, values, other = FOREIGN[name]
    theirs(
        database,
        f"CREATE TABLE t (k bigint PRIMARY KEY, v {kind}, w bigint)",
        *(f"INSERT INTO t VALUES ({at}, {'NULL' if v is None else repr(v)}, 0)" for at, v in enumerate(values)),
        f"INSERT INTO t VALUES (100, {'POINT(1, 2)' if name == 'GEOMETRY' else repr(other)}, 0)",
    )
    frame = read_table(database, "t").data
    query = f"SELECT k, {'v + 0' if name == 'BIT' else 'v'} FROM t ORDER BY k"
    before = run_sql(database, query)
    frame.loc[0, "w"] = 1

    assert_same(saved(database, frame), frame)
    if name != "DATETIME":  # a zero date is read, and so written, as NULL
        assert run_sql(database, query) == before
    assert run_sql(database, "SELECT k FROM t WHERE w = 1") == [(0,) if values else (100,)]


@pytest.mark.parametrize("name", sorted({*FOREIGN} - {"JSON", "GEOMETRY"}))
def test_a_row_is_found_by_a_foreign_key_column(database, small, name):
    kind, values, other = FOREIGN[name]
    theirs(
        database,
        f"CREATE TABLE t (k {kind.removesuffix(' NULL')}, v bigint, PRIMARY KEY (k))",
        f"INSERT INTO t VALUES ({values[0]!r}, 0), ({other!r}, 1)",
    )
    frame = read_table(database, "t").data
    frame["v"] = np.where(frame["v"] == 0, 5, frame["v"])

    assert_same(saved(database, frame), frame)
    assert changes(database) == 1


def test_foreign_keys_do_not_cascade(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TABLE child (k bigint PRIMARY KEY, t bigint, FOREIGN KEY (t) REFERENCES t (k) ON DELETE CASCADE)",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "INSERT INTO child VALUES (1, 1)",
    )

    saved(database, pd.DataFrame({"k": [1, 2], "v": [5, 2]}))

    assert run_sql(database, "SELECT * FROM child") == [(1, 1)]


def test_a_row_that_another_table_needs_stays(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TABLE child (k bigint PRIMARY KEY, t bigint, FOREIGN KEY (t) REFERENCES t (k))",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "INSERT INTO child VALUES (1, 1)",
    )

    with pytest.raises(DoltError):
        saved(database, pd.DataFrame({"k": [2, 3], "v": [2, 3]}))

    assert run_sql(database, "SELECT k FROM t ORDER BY k") == [(1,), (2,)]


# Others meanwhile


def between(monkeypatch, act):
    """Let others act once a save has compared, before it writes."""
    real = differences.find_differences
    acts = [act]

    def find(*arguments):
        made = real(*arguments)
        while acts:
            acts.pop()()
        return made

    monkeypatch.setattr("dolt_integrations.core.write.find_differences", find)


COMMIT = "CALL dolt_commit('-Am', 'theirs')"


@BOTH_WAYS
@pytest.mark.parametrize("every", [1000, 10])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE t SET text = 'theirs' WHERE n = 7", "INSERT INTO t VALUES (-5, 1, 'x')", "DELETE FROM t", "TRUNCATE t"],
)
def test_the_later_of_two_wins_with_both_in_the_history(database, monkeypatch, statement, every):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, statement, COMMIT))
    frame = edited(base(), every=every)

    write_table(database, "t", frame, primary_key="n", message="ours")

    assert_landed(database, frame)
    messages = [row[0] for row in run_sql(database, "SELECT message FROM dolt_log")]
    assert messages[:2] == ["ours", "theirs"]


def test_a_large_difference_lands_after_anothers_commit(loading_database, monkeypatch):
    write_table(loading_database, "t", base(60_000), primary_key="n")
    between(monkeypatch, lambda: run_sql(loading_database, "DELETE FROM t WHERE n = 9", COMMIT))
    frame = edited(base(60_000), every=5)

    write_table(loading_database, "t", frame, primary_key="n")

    assert_landed(loading_database, frame)


def test_anothers_commit_to_another_table_stays(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "CREATE TABLE other (n int)", COMMIT))

    write_table(database, "t", edited(base()), primary_key="n")

    assert_landed(database, edited(base()))
    assert run_sql(database, "SHOW TABLES") == [("other",), ("t",)]


def test_another_column_meanwhile_is_not_kept(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "ALTER TABLE t ADD COLUMN y int", COMMIT))

    write_table(database, "t", edited(base()), primary_key="n")

    assert_landed(database, edited(base()))


@pytest.mark.parametrize("frame", [base(), edited(base()), edited(base(), every=1)])
def test_uncommitted_work_on_the_table_is_refused(database, frame):
    write_table(database, "t", base(), primary_key="n")
    run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 7")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", frame, primary_key="n")

    assert run_sql(database, "SELECT text FROM t WHERE n = 7") == [("theirs",)]


def test_uncommitted_work_that_comes_in_between_is_not_lost(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 7"))

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", edited(base()), primary_key="n")

    assert run_sql(database, "SELECT text FROM t WHERE n = 7") == [("theirs",)]


def test_uncommitted_work_in_another_table_stays(database):
    run_sql(database, "CREATE TABLE other (n int)", COMMIT, "INSERT INTO other VALUES (1)")
    write_table(database, "t", base(), primary_key="n")

    write_table(database, "t", edited(base()), primary_key="n")

    assert run_sql(database, "SELECT * FROM other") == [(1,)]
    assert [row[0] for row in run_sql(database, "SELECT table_name FROM dolt_status")] == ["other"]


def test_other_branches_are_compared_with_their_own(database):
    write_table(database, "t", base(), primary_key="n")
    write_table(database, "t", edited(base()), primary_key="n", branch_conf=NewBranch("b"))

    again = write_table(database, "t", base(), primary_key="n", branch_conf=NewBranch("b"))

    assert again.changed
    assert_same(read_table(database, "t", branch_conf=NewBranch("b")).data, base())


def test_a_merge_is_of_the_rows_that_differ(database):
    start = write_table(database, "t", base(), primary_key="n").commit
    write_table(database, "t", edited(base()), primary_key="n")
    ours = base()
    ours.loc[5, "text"] = "ours"

    write_table(database, "t", ours, primary_key="n", branch_conf=MergeBranch(branch_from=start, merge_to="main"))

    expected = edited(base())
    expected.loc[5, "text"] = "ours"
    assert_landed(database, expected)


# Anything


VALUES = {
    "float": st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0]),
    "text": st.none() | st.sampled_from(AWKWARD_TEXTS),
    "whole": st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1]),
}
ROW = st.tuples(*VALUES.values())


def frame_of(rows):
    keys = sorted(rows)
    return pd.DataFrame(
        {
            "k": pd.Series(keys, dtype="int64"),
            "float": pd.Series([rows[k][0] for k in keys], dtype="float64"),
            "text": pd.Series([rows[k][1] for k in keys], dtype="str"),
            "whole": pd.Series([rows[k][2] for k in keys], dtype="int64"),
        }
    )


def spelled(rows):
    return {k: (repr(f), t, w) for k, (f, t, w) in rows.items()}


@BOTH_WAYS
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(st.integers(-20, 20), ROW, min_size=1, max_size=15),
    edits=st.dictionaries(st.integers(-20, 20), st.none() | ROW, max_size=8),
    seed=st.integers(0, 9),
)
def test_any_edits_land_and_are_the_diff(database, small, before, edits, seed):
    after = {**before, **edits}
    after = {key: row for key, row in after.items() if row is not None}
    write_table(database, "t", frame_of(before), primary_key="k")

    version = write_table(database, "t", frame_of(after).sample(frac=1, random_state=seed), primary_key="k")

    assert_same(read_table(database, "t").data, frame_of(after))
    ours, old = spelled(after), spelled(before)
    differing = {key for key in ours.keys() | old.keys() if ours.get(key) != old.get(key)}
    assert version.changed == bool(differing)
    if differing:
        assert changes(database) == len(differing)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.tuples(st.sampled_from([0.0, -0.0, None, 1.5]), st.sampled_from(["", None, "a"])), max_size=10),
    after=st.lists(st.tuples(st.sampled_from([0.0, -0.0, None, 1.5]), st.sampled_from(["", None, "a"])), max_size=10),
    kept=st.booleans(),
)
def test_any_rows_without_a_key_land(database, small, before, after, kept):
    def made(rows):
        floats, texts = zip(*rows, strict=True) if rows else ((), ())
        return pd.DataFrame({"x": pd.Series(floats, dtype="float64"), "text": pd.Series(texts, dtype="str")})

    after = [*before, *after] if kept else after
    write_table(database, "t", made(before))

    write_table(database, "t", made(after))

    landed = read_table(database, "t").data
    assert sorted(json.dumps(row) for row in landed.itertuples(index=False, name=None)) == sorted(
        json.dumps(row) for row in made(after).itertuples(index=False, name=None)
    )
