"""Reading in batches: every row once, in the key's order, of one commit, whatever the key is."""

import datetime
import decimal
import itertools

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, SerialBranch, read_batches, read_table, write_table
from dolt_integrations.errors import (
    ColumnNotFoundError,
    ConfigError,
    DatabaseNotFoundError,
    DoltError,
    QueryError,
    ServerError,
    TableNotFoundError,
)
from tests.conftest import eventually, processes_of, run_sql
from tests.helpers.servers.liar import lying
from tests.helpers.values.samples import TYPES, assert_same
from tests.helpers.values.strategies import AWKWARD_TEXTS

D = decimal.Decimal


def numbers(size):
    return pd.DataFrame({"n": range(size), "text": [f"text {n}" for n in range(size)]})


def listed(batches, most):
    """Return all batches, and fail if they do not end."""
    found = list(itertools.islice(batches, most + 1))
    assert len(found) <= most, "the batches do not end"
    return found


def joined(batches):
    return pd.concat(batches, ignore_index=True)


@pytest.mark.parametrize("key", ["n", None])
@pytest.mark.parametrize(
    ("size", "lengths"), [(1, [1] * 7), (6, [6, 1]), (7, [7]), (8, [7]), (1_000_000, [7]), (3, [3, 3, 1])]
)
def test_each_row_is_read_once(database, key, size, lengths):
    write_table(database, "t", numbers(7), primary_key=key)

    batches = listed(read_batches(database, "t", size), 10)

    assert [len(batch) for batch in batches] == lengths
    assert_same(joined(batches).sort_values("n", ignore_index=True), numbers(7))


@pytest.mark.parametrize("key", ["n", None])
def test_a_batch_is_numbered_from_zero(database, key):
    write_table(database, "t", numbers(4), primary_key=key)

    assert [list(batch.index) for batch in read_batches(database, "t", 2)] == [[0, 1], [0, 1]]


@pytest.mark.parametrize("key", ["n", None])
def test_a_table_without_rows_is_one_frame_with_its_dtypes(database, key):
    write_table(database, "t", numbers(0), primary_key=key)

    (batch,) = read_batches(database, "t", 3)

    assert_same(batch, read_table(database, "t").data)


@pytest.mark.parametrize("rows", [0, -1, 1.5, "3", None, True])
def test_a_size_that_is_none_is_refused(database, rows):
    with pytest.raises(ConfigError, match="batch"):
        next(iter(read_batches(database, "t", rows)))


def test_equal_rows_without_a_key_are_each_read(database):
    write_table(database, "t", pd.DataFrame({"n": [1, 1, 1, 2, 2]}))

    assert sorted(joined(read_batches(database, "t", 2))["n"]) == [1, 1, 1, 2, 2]


KEYS = {
    "negative integers": pd.Series([-3, -(2**63), 0, 2**63 - 1, 5, -1]),
    "unsigned": pd.Series([2**64 - 1, 0, 2**63], dtype="uint64"),
    "texts": pd.Series([*AWKWARD_TEXTS, "a ", "a", "A", "%", "%d", "\\\\'", "--", "/*", ";"]),
    "bytes": pd.Series([b"", b"\0", b"\xff\xfe", b"'", b"\\", b"%s", b"a\n", b"NULL", "é".encode()], dtype=object),
    "booleans": pd.Series([True, False]),
    "floats": pd.Series([0.1, 1 / 3, -0.5, 1e308, -1e308, 5e-324, 1e-7, 1e21, 123456789.123456789]),
    "float32": pd.Series([0.1, 1 / 3, -0.5, 3e38, 1e-45, 16777217.0], dtype="float32"),
    "decimals": pd.Series([D("0.0001"), D("-0.0001"), D("12345678.9012"), D("0.0000")], dtype=object),
    "small decimals": pd.Series([D("1E-9"), D("2E-9"), D("-1E-9"), D("0E-9")], dtype=object),
    "decimals of 65 digits": pd.Series(
        [D("9" * 35 + "." + "9" * 29 + str(last)) for last in range(5)] + [D("0." + "0" * 29 + "1")], dtype=object
    ),
    "dates": TYPES["dates"],
    "moments": pd.Series(["0001-01-02", "9999-12-31T23:59:59.999999", "2020-01-01T00:00:00.000001"]).astype(
        "datetime64[us]"
    ),
    "moments in a zone": TYPES["time zone in microseconds"],
    "times": TYPES["times"],
    "UUIDs": TYPES["UUIDs"],
    "spans": TYPES["spans in us"],
    "categories": pd.Series(pd.Categorical(["x", "y", "z"], categories=["z", "x", "y"])),
    "arrow texts": TYPES["arrow string"],
}


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_read_on_from(database, name, rows):
    data = pd.DataFrame({"k": KEYS[name].drop_duplicates().reset_index(drop=True)})
    data["v"] = range(len(data))
    write_table(database, "t", data, primary_key="k")

    batches = listed(read_batches(database, "t", rows), len(data) + 1)

    whole = read_table(database, "t").data
    assert [value for batch in batches for value in batch["v"]] == whole["v"].tolist()
    assert {str(batch["k"].dtype) for batch in batches} == {str(whole["k"].dtype)}


def test_a_key_of_three_columns_is_read_on_from(database):
    triples = list(itertools.product(["a", "", "b'"], [-1, 0, 7], [datetime.date(2020, 1, day) for day in (1, 2)]))
    data = pd.DataFrame(triples, columns=["text", "n", "day"])
    write_table(database, "t", data, primary_key=["n", "day", "text"])

    for rows in (1, 2, 5, len(data)):
        batches = listed(read_batches(database, "t", rows), len(data) + 1)
        assert_same(joined(batches), read_table(database, "t").data)


FOREIGN = {
    "ENUM": "enum('z', 'y', 'x', 'a')",
    "SET": "set('z', 'y', 'x')",
    "TIME": "time(6)",
    "YEAR": "year",
    "BIT": "bit(10)",
    "CHAR": "char(10)",
    "BINARY": "binary(4)",
    "DATETIME": "datetime",
    "TIMESTAMP": "timestamp(6)",
    "DECIMAL": "decimal(65,30)",
    "a collation": "varchar(10) COLLATE utf8mb4_0900_ai_ci",
    "german": "varchar(10) COLLATE utf8mb4_general_ci",
    "latin1": "varchar(10) CHARACTER SET latin1",
}
VALUES = {
    "ENUM": ["z", "y", "x", "a"],
    "SET": ["z", "y", "x", "z,y", "", "y,x"],
    "TIME": ["-838:59:59", "838:59:59", "-00:00:01", "00:00:00", "00:00:00.000001", "-25:30:00.5"],
    "YEAR": ["1901", "2155", "2000"],
    "BIT": [1, 1023, 0, 39, 92],
    "CHAR": ["a", "", "B", "é"],
    "BINARY": ["a", "b", "'"],
    "DATETIME": ["2020-01-01", "1000-01-01", "9999-12-31"],
    "TIMESTAMP": ["2020-01-01", "1999-01-01", "2020-01-01 00:00:00.5"],
    "DECIMAL": ["1e-30", "2e-30", "-1e-30", "99999999999999999999999999999999999." + "9" * 30],
    "a collation": ["b", "A", "c", "Z", "é", "f"],
    "german": ["b", "A", "ß", "Z", "ü"],
    "latin1": ["b", "A", "ß", "Z", "ü"],
}


@pytest.mark.parametrize("name", FOREIGN)
def test_every_foreign_key_is_read_on_from(database, name):
    run_sql(database, f"CREATE TABLE t (k {FOREIGN[name]} PRIMARY KEY, v bigint)")
    values = ", ".join(f"({value!r}, {at})" for at, value in enumerate(VALUES[name]))
    run_sql(database, f"INSERT INTO t VALUES {values}", "CALL dolt_commit('-Am', 'theirs')")

    for rows in (1, 2):
        batches = listed(read_batches(database, "t", rows), len(VALUES[name]) + 1)
        assert sorted(value for batch in batches for value in batch["v"]) == list(range(len(VALUES[name])))


@pytest.mark.parametrize("key", ["n", None])
def test_only_the_columns_that_are_asked_for_are_in_it(database, key):
    write_table(database, "t", numbers(5).assign(x=0.5), primary_key=key)

    batches = list(read_batches(database, "t", 2, columns=["x", "text"]))

    assert [list(batch.columns) for batch in batches] == [["x", "text"]] * 3
    assert sorted(joined(batches)["text"]) == sorted(numbers(5)["text"])


@pytest.mark.parametrize("key", ["n", None])
@pytest.mark.parametrize("where", ["n > 3 OR n = 1", "text LIKE 'text %'", "n % 2 = 0 -- even", "n IN (1, 2)", "FALSE"])
def test_only_the_rows_that_meet_the_condition_are_in_it(database, key, where):
    write_table(database, "t", numbers(7), primary_key=key)

    found = joined(listed(read_batches(database, "t", 2, where=where), 7))

    wanted = read_table(database, "t", where=where).data
    assert_same(found.sort_values("n", ignore_index=True), wanted.sort_values("n", ignore_index=True))


def test_a_condition_that_ends_its_parentheses_does_not_go_on_for_ever(database):
    write_table(database, "t", numbers(7), primary_key="n")

    try:
        batches = listed(read_batches(database, "t", 2, where="n < 3) OR (n > 4"), 4)
    except QueryError:
        return
    assert joined(batches)["n"].tolist() == [0, 1, 2, 5, 6]


@pytest.mark.parametrize("where", ["n >", "nothing = 1", "1; DROP TABLE t", "n = (SELECT", "DELETE FROM t"])
@pytest.mark.parametrize("key", ["n", None])
def test_a_bad_condition_is_an_error_of_ours(database, where, key):
    write_table(database, "t", numbers(7), primary_key=key)

    with pytest.raises(DoltError):
        list(read_batches(database, "t", 2, where=where))

    assert run_sql(database, "SELECT COUNT(*) FROM t") == [(7,)]


def test_what_is_not_there_is_an_error_with_the_nearest_name(database):
    write_table(database, "numbers", numbers(2))

    with pytest.raises(TableNotFoundError, match="numbers"):
        list(read_batches(database, "number"))
    with pytest.raises(ColumnNotFoundError, match="text"):
        list(read_batches(database, "numbers", columns="txt"))
    with pytest.raises(DatabaseNotFoundError):
        list(read_batches(database + "x", "numbers"))


def test_a_branch_and_a_past_are_read(database):
    first = write_table(database, "t", numbers(3), primary_key="n")
    write_table(database, "t", numbers(5), primary_key="n", branch_conf=NewBranch("b"))

    assert len(joined(read_batches(database, "t", 2, branch_conf=SerialBranch("b")))) == 5
    assert len(joined(read_batches(database, "t", 2, branch_conf=SerialBranch("b"), as_of=first.commit))) == 3


@pytest.mark.parametrize("key", ["n", None])
def test_commits_of_others_meanwhile_are_not_seen(database, key):
    write_table(database, "t", numbers(6), primary_key=key)
    batches = read_batches(database, "t", 2)
    first = next(batches)

    run_sql(database, "DELETE FROM t WHERE n = 4", "INSERT INTO t VALUES (100, 'x')", "CALL dolt_commit('-Am', 'x')")
    write_table(database, "t", numbers(1))

    assert_same(joined([first, *batches]).sort_values("n", ignore_index=True), numbers(6))


def test_a_version_may_be_deleted_from_its_branch_meanwhile(database):
    write_table(database, "t", numbers(6), primary_key="n")
    batches = read_batches(database, "t", 2)
    first = next(batches)

    run_sql(database, "DROP TABLE t", "CALL dolt_commit('-Am', 'x')")

    assert_same(joined([first, *batches]), numbers(6))


def test_nothing_is_asked_before_the_first_batch(repository):
    read_batches(repository.path, "t")

    assert processes_of(repository.path) == []


@pytest.mark.parametrize("key", ["n", None])
def test_closing_it_early_leaves_no_server(repository, key):
    write_table(repository.path, "t", numbers(6), primary_key=key)
    batches = read_batches(repository.path, "t", 2)
    next(batches)

    batches.close()

    eventually(lambda: processes_of(repository.path) == [])


def test_an_error_in_the_loop_leaves_no_server(repository):
    write_table(repository.path, "t", numbers(6), primary_key="n")

    def work():
        for _ in read_batches(repository.path, "t", 2):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    eventually(lambda: processes_of(repository.path) == [])


def test_a_table_may_be_written_from_its_own_batches(repository):
    write_table(repository.path, "t", numbers(6), primary_key="n")

    changed = (batch.assign(text="x") for batch in read_batches(repository.path, "t", 2))
    write_table(repository.path, "t", changed, primary_key="n")

    assert read_table(repository.path, "t").data["text"].tolist() == ["x"] * 6


def test_every_type_comes_in_batches_as_it_comes_whole(database):
    longest = max(len(values) for values in TYPES.values())
    data = pd.DataFrame({"number": range(longest)})
    data = pd.concat([data, *(values.reset_index(drop=True).rename(name) for name, values in TYPES.items())], axis=1)
    data = data.drop(columns=[name for name in data if name != "number" and len(TYPES[name]) != longest])
    write_table(database, "t", data, primary_key="number")

    batches = list(read_batches(database, "t", 2))

    whole = read_table(database, "t").data
    for batch in batches:
        assert_same(batch, whole[whole["number"].isin(batch["number"])].reset_index(drop=True))


def test_an_index_comes_back(database):
    data = numbers(5).set_index("n")
    write_table(database, "t", data)

    batches = list(read_batches(database, "t", 2))

    assert [batch.index.tolist() for batch in batches] == [[0, 1], [2, 3], [4]]
    assert {batch.index.name for batch in batches} == {"n"}


def test_columns_in_another_case_are_found(database):
    write_table(database, "t", numbers(5), primary_key="n")

    batches = list(read_batches(database, "T", 2, columns=["N"]))

    assert joined(batches)["n"].tolist() == list(range(5))


def test_a_server_that_returns_the_same_rows_for_every_key_does_not_keep_a_reader_for_ever(database):
    run_sql(database, "CREATE TABLE t (id INT PRIMARY KEY, y YEAR)", "INSERT INTO t VALUES (1, 2001), (2, 2002)")
    run_sql(database, "CALL DOLT_COMMIT('-Am', 'rows')")
    port, first = int(database.rpartition(":")[2].partition("/")[0]), {}

    with lying(port, lambda columns, rows: (columns, first.setdefault(tuple(columns), rows)), 0, 10**9) as liar:
        url = database.replace(f":{port}/", f":{liar.port}/")
        with pytest.raises(ServerError, match=r"same rows of table `t` for every key. Check the server and any proxy"):
            listed(read_batches(url, "t", 1), 9)
