import pyarrow as pa
import pytest

from dolt_integrations.engine import describe_table, open_database
from dolt_integrations.engine.tables.dml import delete_rows, replace_rows, upsert_rows
from dolt_integrations.engine.wire.answers import number
from dolt_integrations.errors import DataError, PrimaryKeyError, ServerError
from tests.conftest import run_sql


@pytest.fixture(params=["inserting", "loading"])
def connection(request, loading_database):
    """A session on `main`, of a server that loads files and of one that does not."""
    if request.param == "inserting":
        run_sql(loading_database, "SET GLOBAL local_infile = 0")
    with open_database(loading_database) as database, database.connect("main", local_infile=True) as session:
        yield session


def make(connection, columns="id bigint PRIMARY KEY, value varchar(20)", rows="(1, 'a'), (2, 'b')"):
    connection.execute(f"CREATE TABLE t ({columns})")
    connection.execute(f"INSERT INTO t VALUES {rows}")
    return describe_table(connection, "t")


def rows(connection):
    return connection.rows("SELECT * FROM t ORDER BY 1, 2")


def test_an_upsert_changes_and_adds(connection):
    schema = make(connection)

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [2, 3], "value": ["B", None]}))

    assert rows(connection) == [(1, "a"), (2, "B"), (3, None)]


@pytest.mark.parametrize("count", [10, 3000])
def test_an_upsert_of_half_a_table_is_exact(count, connection):
    schema = make(connection, rows=", ".join(f"({number}, 'old')" for number in range(count)))
    half = count // 2

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": range(half, count + half), "value": ["new"] * count}))

    assert rows(connection) == [(number, "old" if number < half else "new") for number in range(count + half)]


def test_an_upsert_leaves_other_columns_alone(connection):
    schema = make(connection, "id bigint PRIMARY KEY, value varchar(20), more int DEFAULT 7", "(1, 'a', 1)")

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1, 2], "value": ["A", "b"]}))

    assert rows(connection) == [(1, "A", 1), (2, "b", 7)]


def test_an_upsert_that_is_rolled_back_leaves_nothing(connection):
    schema = make(connection)

    with pytest.raises(ValueError, match="no"), connection.transaction():  # noqa: PT012
        upsert_rows(connection, "t", schema, pa.table({"id": [2, 3], "value": ["B", "c"]}))
        raise ValueError("no")

    assert rows(connection) == [(1, "a"), (2, "b")]
    assert connection.rows("SHOW TABLES") == [("t",)]


def test_two_upserts_in_one_transaction_follow_each_other(connection):
    schema = make(connection)

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [2, 3], "value": ["B", "c"]}))
        upsert_rows(connection, "t", schema, pa.table({"id": [3, 4], "value": ["C", "d"]}))

    assert rows(connection) == [(1, "a"), (2, "B"), (3, "C"), (4, "d")]


@pytest.mark.parametrize("ids", [[1, 1], [9, 9]])
def test_a_key_that_comes_twice_is_an_error(ids, connection):
    schema = make(connection)

    with pytest.raises(PrimaryKeyError), connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": ids, "value": ["x", "y"]}))

    assert rows(connection) == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("names", [["a", "A"], ["ann", "ANN"]])
def test_two_keys_that_are_equal_in_the_collation_are_an_error(names, connection):
    schema = make(connection, "name varchar(9) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, value int", "('a', 1)")

    with pytest.raises(PrimaryKeyError, match=r"collation: .* Drop one of them") as caught, connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"name": names, "value": [5, 6]}))

    assert (caught.value.column, str(caught.value.value).lower()) == ("name", names[0])

    assert rows(connection) == [("a", 1)]


def test_a_secondary_key_is_an_error_and_takes_no_row_away(connection):
    schema = make(connection, "id bigint PRIMARY KEY, value varchar(20) UNIQUE")

    with pytest.raises(DataError), connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [3], "value": ["a"]}))

    assert rows(connection) == [(1, "a"), (2, "b")]


def test_keys_of_several_columns_and_kinds_are_found(connection):
    schema = make(connection, "`a``b` varchar(9), d date, n decimal(5,2), v int, PRIMARY KEY (d, `a``b`, n)",
                  "('x', '2020-01-01', 1.50, 1), ('x', '2020-01-02', 1.50, 2)")  # fmt: skip
    import datetime
    import decimal

    data = pa.table({
        "a`b": ["x", "y"], "d": [datetime.date(2020, 1, 2)] * 2,
        "n": pa.array([decimal.Decimal("1.50")] * 2, pa.decimal128(5, 2)), "v": [20, 3],
    })  # fmt: skip
    with connection.transaction():
        upsert_rows(connection, "t", schema, data)

    assert sorted(row[3] for row in connection.rows("SELECT * FROM t")) == [1, 3, 20]


@pytest.mark.parametrize("count", [1, 10])
def test_rows_are_deleted_by_their_keys(count, connection):
    schema = make(connection, rows=", ".join(f"({number}, 'x')" for number in range(20)))

    with connection.transaction():
        delete_rows(connection, "t", schema, pa.table({"id": range(5, 5 + count)}))

    assert [key for key, _ in rows(connection)] == [*range(5), *range(5 + count, 20)]


def test_nothing_to_do_is_done(connection):
    schema = make(connection)
    none = pa.table({"id": pa.array([], pa.int64()), "value": pa.array([], pa.string())})

    with connection.transaction():
        upsert_rows(connection, "t", schema, none)
        delete_rows(connection, "t", schema, none.select(["id"]))

    assert rows(connection) == [(1, "a"), (2, "b")]


CHANGED = pa.table({"id": [2, 3], "value": ["B", "c"]})


@pytest.mark.parametrize("unique", ["", ", UNIQUE KEY (value)"], ids=["no other key", "another unique key"])
def test_rows_are_replaced_and_added(unique, connection):
    schema = make(connection, f"id bigint PRIMARY KEY, value varchar(20){unique}")

    with connection.transaction():
        replace_rows(connection, "t", schema, CHANGED, replaced=1)

    assert rows(connection) == [(1, "a"), (2, "B"), (3, "c")]


def test_a_row_that_was_to_be_added_and_is_there_is_an_error(connection):
    schema = make(connection, rows="(1, 'a'), (2, 'b'), (3, 'x')")

    with pytest.raises(ServerError), connection.transaction():
        replace_rows(connection, "t", schema, CHANGED, replaced=1)

    assert rows(connection) == [(1, "a"), (2, "b"), (3, "x")]


@pytest.mark.parametrize(
    "columns",
    [
        "id bigint PRIMARY KEY, value varchar(20), UNIQUE KEY (value)",
        "id bigint, value varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY",
    ],
    ids=["another unique key", "collation of the key"],
)
def test_a_row_that_shares_another_key_is_an_error_and_stays(columns, connection):
    schema = make(connection, columns, "(1, 'c'), (2, 'b')")

    with pytest.raises(PrimaryKeyError), connection.transaction():
        replace_rows(
            connection, "t", schema, pa.table({"id": [2, 3], "value": ["b", "C" if "ci" in columns else "c"]}), 1
        )

    assert rows(connection) == [(1, "c"), (2, "b")]


def test_replaced_rows_take_the_disk_of_one_change(repository):
    with open_database(repository.path) as database, database.connect(local_infile=True) as session:
        schema = make(
            session, "id bigint PRIMARY KEY, value varchar(20)", ", ".join(f"({n}, 'old {n}')" for n in range(20_000))
        )
        one, other = (pa.table({"id": range(0, 20_000, 10), "value": [value] * 2_000}) for value in ("one", "other"))
        grown = []
        for change in (
            lambda: replace_rows(session, "t", schema, one, replaced=2_000),
            lambda: (
                delete_rows(session, "t", schema, other.select(["id"])),
                replace_rows(session, "t", schema, other, 0),
            ),
        ):
            before = size_of(repository.path)
            with session.transaction():
                change()
            session.rows("CALL DOLT_COMMIT('-Am', 'x')")
            grown.append(size_of(repository.path) - before)

    assert grown[0] < 0.75 * grown[1]


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_an_upsert_writes_strings_that_are_equal_in_the_collation(connection):
    columns = "id bigint PRIMARY KEY, v varchar(9) COLLATE utf8mb4_0900_ai_ci NOT NULL UNIQUE, o int"
    schema = make(connection, columns, "(1, 'v', 7), (2, 'w', 8), (3, 'é', 9)")
    connection.execute(
        "CREATE TABLE child (id int PRIMARY KEY, v varchar(9) COLLATE utf8mb4_0900_ai_ci, "
        "FOREIGN KEY (v) REFERENCES t (v) ON DELETE CASCADE ON UPDATE CASCADE)"
    )
    connection.execute("INSERT INTO child VALUES (1, 'v')")

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1, 2, 3], "v": ["V", "w", "e"]}))

    assert connection.rows("SELECT * FROM t") == [(1, "V", 7), (2, "w", 8), (3, "e", 9)]
    assert connection.rows("SELECT * FROM child") == [(1, "v")]
    assert connection.value("SELECT @@foreign_key_checks", kind=number) == 1


@pytest.mark.parametrize("columns", [["k", "m"], ["k", "m", "o"]])
def test_an_upsert_writes_keys_that_are_equal_in_the_collation(columns, connection):
    collated = "varchar(9) COLLATE utf8mb4_0900_ai_ci"
    schema = make(
        connection, f"k {collated}, m int, o int, PRIMARY KEY (k, m)", "('key', 1, 7), ('é', 1, 8), ('b', 1, 9)"
    )
    connection.execute(
        f"CREATE TABLE child (id int PRIMARY KEY, k {collated}, m int, "
        "FOREIGN KEY (k, m) REFERENCES t (k, m) ON DELETE CASCADE ON UPDATE CASCADE)"
    )
    connection.execute("INSERT INTO child VALUES (1, 'key', 1)")
    data = pa.table({"k": ["KEY", "e", "b", "B "], "m": [1, 1, 1, 1], "o": [7, 8, 9, 10]})

    with connection.transaction():
        upsert_rows(connection, "t", schema, data.select(columns))

    new = 10 if "o" in columns else None
    assert sorted(connection.rows("SELECT * FROM t")) == [("B ", 1, new), ("KEY", 1, 7), ("b", 1, 9), ("e", 1, 8)]
    assert connection.rows("SELECT * FROM child") == [(1, "key", 1)]


@pytest.mark.parametrize("key", ["k, m", "m, k"])
def test_an_upsert_of_more_rows_than_the_table_has_finds_keys_that_are_equal_in_the_collation(key, connection):
    columns = f"k varchar(50) COLLATE utf8mb4_0900_ai_ci, m int, o int, PRIMARY KEY ({key})"
    schema = make(connection, columns, ", ".join(f"('Key{at}', {at}, 0)" for at in range(6)))
    data = pa.table({"k": [f"kEY{at}" for at in range(30)], "m": range(30), "o": [1] * 30})

    with connection.transaction():
        upsert_rows(connection, "t", schema, data)

    assert sorted(connection.rows("SELECT m, k, o FROM t")) == [(at, f"kEY{at}", 1) for at in range(30)]


def test_an_upsert_keeps_the_sign_of_zero_in_rows_that_change_and_in_new_ones(connection):
    schema = make(
        connection, "id bigint PRIMARY KEY, d double NOT NULL, f float, o int", "(1, 0.0, 0.0, 7), (2, 3, 4, 8)"
    )
    data = pa.table({"id": [1, 2, 3], "d": [-0.0, 5.0, -0.0], "f": [0.5, -0.0, None]})

    with connection.transaction():
        upsert_rows(connection, "t", schema, data)

    found = sorted(connection.rows("SELECT * FROM t"))
    assert repr(found) == repr([(1, -0.0, 0.5, 7), (2, 5.0, -0.0, 8), (3, -0.0, None, None)])


def test_an_upsert_of_zero_replaces_negative_zero(connection):
    schema = make(connection, "id bigint PRIMARY KEY, d double, f float", "(1, 5, 5)")
    before = pa.table({"id": [1, 2], "d": [-0.0, -0.0], "f": pa.array([-0.0, 1.0], pa.float32())})

    for data in (before, before.set_column(1, "d", [[0.0, -0.0]]).set_column(2, "f", [pa.array([0.0, 2.0], "float")])):
        with connection.transaction():
            upsert_rows(connection, "t", schema, data)

    assert repr(sorted(connection.rows("SELECT * FROM t"))) == repr([(1, 0.0, 0.0), (2, -0.0, 2.0)])


def test_an_upsert_keeps_negative_zeros_in_columns_that_it_does_not_write(connection):
    schema = make(connection, "id bigint PRIMARY KEY, a bigint, d double, f float, s varchar(5)", "(3, 3, 3, 3, 'c')")
    rows = {"id": [1, 2], "a": [1, 2], "d": [-0.0, 0.0], "f": pa.array([1.0, -0.0], pa.float32()), "s": ["a", None]}
    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table(rows))

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1, 2, 4], "a": [5, 6, 7]}))

    found = sorted(connection.rows("SELECT * FROM t"))
    kept = [(1, 5, -0.0, 1.0, "a"), (2, 6, 0.0, -0.0, None), (3, 3, 3.0, 3.0, "c"), (4, 7, None, None, None)]
    assert repr(found) == repr(kept)


def test_an_upsert_that_keeps_a_negative_zero_deletes_no_row_that_refers_to_it(connection):
    schema = make(connection, "id bigint PRIMARY KEY, a bigint, d double", "(2, 2, 2)")
    connection.execute("CREATE TABLE child (id bigint, FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE)")
    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1], "a": [1], "d": [-0.0]}))
    connection.execute("INSERT INTO child VALUES (1)")

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1], "a": [5]}))

    assert connection.rows("SELECT * FROM child") == [(1,)]
    assert repr(rows(connection)) == repr([(1, 5, -0.0), (2, 2, 2.0)])


@pytest.mark.parametrize(
    ("columns", "rows", "data", "said", "left"),
    [
        ("v varchar(9) COLLATE utf8mb4_0900_ai_ci, o int", "(1, 'v', 7), (2, 'w', 8)", {"v": ["V", "w"], "o": [7, 9]},
         "1 of its rows are equal to the new ones in SQL but not identical", [(1, "v", 7), (2, "w", 9)]),
        ("d double, o int", "(1, 3, 7), (2, 3, 8)", {"o": [8, 9]},
         "1 of its rows had -0.0 in columns that are not written", [(1, 0.0, 8), (2, 3.0, 9)]),
    ],
    ids=["collation", "negative zero"],
)  # fmt: skip
def test_rows_of_a_table_with_triggers_are_not_deleted_and_a_warning_counts_what_is_not_exact(
    columns, rows, data, said, left, connection, caplog
):
    schema = make(connection, f"id bigint PRIMARY KEY, {columns}", rows)
    if "d double" in columns:
        with connection.transaction():
            upsert_rows(connection, "t", schema, pa.table({"id": [1], "d": [-0.0]}))
    connection.execute("CREATE TABLE gone (id bigint)")
    connection.execute("CREATE TRIGGER note AFTER DELETE ON t FOR EACH ROW INSERT INTO gone VALUES (old.id)")

    with connection.transaction():
        upsert_rows(connection, "t", schema, pa.table({"id": [1, 2], **data}))

    assert [record.getMessage() for record in caplog.records if said in record.getMessage()]
    assert repr(connection.rows("SELECT * FROM t ORDER BY id")) == repr(left)
    assert connection.rows("SELECT * FROM gone") == []
