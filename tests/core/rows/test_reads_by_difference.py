"""A version that is read as differences from a cached version equals the fetched one."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows import version_rows as rows
from dolt_integrations.engine import parse_location
from tests.conftest import open_session, run_sql
from tests.helpers.saves.caches import empty, frame
from tests.helpers.saves.exact import assert_exact, commit, uncached
from tests.helpers.values.samples import assert_same

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(autouse=True)
def any_share(set_limits):
    """Keep versions of any size, and build others from them however many rows differ."""
    set_limits(cached_bytes=0, difference_share=1)


@pytest.fixture
def fetched(monkeypatch):
    """The tables that are fetched as a whole from now on."""
    found = []

    def fetch(connection, query, columns, real=rows.fetch):
        found.append(query.rpartition(" FROM ")[2].strip("`"))
        return real(connection, query, columns)

    monkeypatch.setattr(rows, "fetch", fetch)
    return found


def test_only_the_rows_that_differ_are_fetched(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    changed = frame()
    changed.loc[::100, "text"] = "another"
    with_others = pd.concat([changed[5:], pd.DataFrame({"n": [-3, 90_000], "text": ["before", "behind"]})])
    newer = [
        commit(database, "UPDATE t SET text = 'another' WHERE n % 100 = 0"),
        commit(database, "DELETE FROM t WHERE n < 5", "INSERT INTO t VALUES (90000, 'behind'), (-3, 'before')"),
    ]
    no_fetch()

    assert_same(read_table(database, "t", as_of=newer[0]).data, changed)
    assert_same(read_table(database, "t", as_of=newer[1]).data, with_others.sort_values("n", ignore_index=True))


def test_an_older_version_is_made_of_a_newer_one(database, no_fetch):
    old = write_table(database, "t", frame(), primary_key="n")
    new = commit(database, "UPDATE t SET text = 'x' WHERE n = 5", "DELETE FROM t WHERE n = 7")
    empty(cache.folder(make=True))
    read_table(database, "t", as_of=new)
    no_fetch()

    assert_same(read_table(database, "t", as_of=old.commit).data, frame())


def test_a_changed_save_on_what_another_user_committed_fetches_what_differs(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    commit(database, "UPDATE t SET text = 'theirs' WHERE n = 5")
    no_fetch()

    assert write_table(database, "t", frame(), primary_key="n").changed
    assert_same(read_table(database, "t").data, frame())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4) | st.sampled_from(
    ["a", "A", "é", ""]
)
COLUMNS = {
    "double": st.sampled_from([0.0, -0.0, 1.5, 5e-324, 1e308, None]),
    "float": st.sampled_from([0.0, -0.0, 0.5, None]),
    "varchar(20)": TEXTS | st.none(),
    "longtext": TEXTS | st.none(),
    "longblob": st.binary(max_size=3) | st.none(),
    "bigint unsigned NOT NULL": st.sampled_from([0, 1, 2**64 - 1]),
    "tinyint(1)": st.sampled_from([*[0, 1, None] * 4, 2]),
    "decimal(20,5)": st.sampled_from(["0.1", "-12345.00001", None]),
    "decimal(65,30)": st.sampled_from(["0.1", "1e-30", None]),
    "datetime(6)": st.sampled_from(
        ["2021-10-31 02:30:00.000001", "0001-01-01", "9999-12-31", None] * 4 + ["0000-00-00"]
    ),
    "date": st.sampled_from(["1970-01-01", "0001-01-01", None]),
    "time(6)": st.sampled_from(["-12:00:00.5", "838:00:00", None]),
    "json": st.sampled_from(['{"a": 1.50}', "[1, 2]", "null", None]),
    "char(3)": st.sampled_from(["a", "ab", "", None]),
}
KEYS = {
    "bigint": st.integers(-9, 9),
    "tinyint(1)": st.integers(0, 1),
    "varchar(20)": TEXTS,
    "varbinary(20)": st.binary(max_size=2),
    "date": st.dates().map(str),
    "datetime(6)": st.datetimes().map(str),
    "decimal(10,2)": st.integers(-500, 500).map(lambda n: f"{n / 100:.2f}"),
}


@st.composite
def edits(draw, kinds, most):
    """Draw rows to write, up to a number, and rows to remove."""
    keys = [KEYS[kind] for kind in kinds]
    values = [draw(st.lists(column, min_size=6, max_size=6)) for column in COLUMNS.values()]
    written = draw(st.lists(st.tuples(*keys), max_size=most, unique=True))
    picked = [draw(st.tuples(*map(st.sampled_from, values))) for _ in written]
    return [key + row for key, row in zip(written, picked, strict=True)], draw(st.lists(st.tuples(*keys), max_size=2))


def write_edit(url, kinds, edit):
    """Commit an edit, and return the commit."""
    written, removed = edit
    with open_session(url) as session, session.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        marks = ", ".join(["%s"] * (len(kinds) + len(COLUMNS)))
        if written:
            cursor.executemany(f"REPLACE INTO t VALUES ({marks})", written)
        for key in removed:
            cursor.execute("DELETE FROM t WHERE " + " AND ".join(f"k{at} = %s" for at in range(len(kinds))), key)
        cursor.execute("COMMIT")
        cursor.execute("CALL DOLT_COMMIT('-A', '--allow-empty', '-m', 'theirs')")
        return cursor.fetchone()[0]


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), kinds=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2))
def test_any_edits_are_read_as_a_fetch_gives_them(database, own_cache, monkeypatch, data, kinds):
    keys = ", ".join(f"k{at}" for at in range(len(kinds)))
    columns = [f"k{at} {kind}" for at, kind in enumerate(kinds)] + [f"v{at} {kind}" for at, kind in enumerate(COLUMNS)]
    run_sql(database, "DROP TABLE IF EXISTS t", f"CREATE TABLE t ({', '.join(columns)}, PRIMARY KEY ({keys}))")
    commits = [write_edit(database, kinds, data.draw(edits(kinds, most))) for most in (20, 3, 3, 3)]
    if own_cache.exists():
        empty(own_cache)

    for version in data.draw(st.permutations(commits)):
        assert_exact(database, version, monkeypatch)


NOT_EXACT = {
    "no key": ("CREATE TABLE t (k bigint, v bigint)", "UPDATE t SET v = 3 WHERE k = 1"),
    "a column that came": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "ALTER TABLE t ADD COLUMN w bigint DEFAULT 4",
    ),
    "a column that went and came": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "ALTER TABLE t DROP COLUMN v; ALTER TABLE t ADD COLUMN v double",
    ),
    "another key": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint NOT NULL DEFAULT 5)",
        "ALTER TABLE t DROP PRIMARY KEY; ALTER TABLE t ADD PRIMARY KEY (v, k)",
    ),
    "a key that went": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint)", "ALTER TABLE t DROP PRIMARY KEY"),
    "a collation": (
        "CREATE TABLE t (k varchar(9) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",
        "UPDATE t SET v = 3 WHERE k = '1'",
    ),
    "a generated column": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v + 1))",
        "UPDATE t SET v = 3 WHERE k = 1",
    ),
    "a float as key": ("CREATE TABLE t (k double PRIMARY KEY, v bigint)", "UPDATE t SET v = 3 WHERE k = 1"),
    "a column named commit": ("CREATE TABLE t (k bigint PRIMARY KEY, `Commit` bigint)", "UPDATE t SET `Commit` = 3"),
    "an ENUM": ("CREATE TABLE t (k bigint PRIMARY KEY, v enum('z', '1', '2'))", "UPDATE t SET v = 'z' WHERE k = 1"),
    "a TIMESTAMP": ("CREATE TABLE t (k bigint PRIMARY KEY, v timestamp NULL)", "UPDATE t SET v = '2020-01-01'"),
    "zero dates": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v datetime)",
        "SET sql_mode = ''; UPDATE t SET v = '0000-00-00' WHERE k = 1",
    ),
    "a table that was made anew": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "DROP TABLE t; CREATE TABLE t (v bigint, k bigint PRIMARY KEY); INSERT INTO t VALUES (5, 1)",
    ),
}


@pytest.mark.parametrize("what", NOT_EXACT)
def test_a_table_is_fetched_whole_where_what_differs_is_not_certain(database, what, fetched, monkeypatch, caplog):
    made, change = NOT_EXACT[what]
    rows_of_it = "INSERT INTO t (k) VALUES (1), (2), (3)"
    read_table(database, "t", as_of=commit(database, made, rows_of_it, *DATED.get(what, ())))
    version = commit(database, *change.split("; "))
    fetched.clear()

    assert_exact(database, version, monkeypatch)
    assert fetched == ["t", "t"]
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


DATED = {"zero dates": ("UPDATE t SET v = '2020-01-01'",)}


def test_a_renamed_table_is_fetched_whole(database, fetched):
    read_table(
        database, "old", as_of=commit(database, "CREATE TABLE old (k int PRIMARY KEY)", "INSERT INTO old VALUES (1)")
    )
    commit(database, "RENAME TABLE old TO t", "INSERT INTO t VALUES (2)")

    assert read_table(database, "t").data["k"].tolist() == [1, 2]
    assert fetched == ["old", "t"]


def test_a_view_is_fetched(database, fetched):
    commit(
        database, "CREATE TABLE t (k int PRIMARY KEY)", "CREATE VIEW v AS SELECT * FROM t", "INSERT INTO t VALUES (1)"
    )
    read_table(database, "v")
    commit(database, "INSERT INTO t VALUES (2)")

    assert read_table(database, "v").data["k"].tolist() == [1, 2]
    assert fetched == ["v", "v"]


def test_many_differences_are_not_fetched_by_themselves(database, fetched, monkeypatch, set_limits):
    set_limits(difference_share=20)
    write_table(database, "t", frame(), primary_key="n")
    version = commit(database, "UPDATE t SET text = 'x' WHERE n % 10 = 0")

    assert_exact(database, version, monkeypatch)
    assert fetched == ["t", "t"]


def test_a_version_that_is_not_the_one_that_was_named_is_not_built_on(database, own_cache, fetched, monkeypatch):
    old = write_table(database, "t", frame(), primary_key="n")
    commits = [commit(database, f"UPDATE t SET text = '{n}' WHERE n = {n}") for n in range(2)]
    (named,) = own_cache.glob("*.versions")
    named.write_text(f"{commits[0]} {old.table_hash}\n")

    assert_exact(database, commits[1], monkeypatch)
    assert fetched == ["t", "t"]


@pytest.mark.parametrize("content", [b"", b"\xff\0", b"a b\n", b"0" * 32 + b" " + b"0" * 32])
def test_a_damaged_list_of_versions_is_no_failure(database, own_cache, fetched, monkeypatch, content):
    write_table(database, "t", frame(), primary_key="n")
    (named,) = own_cache.glob("*.versions")
    named.write_bytes(content)

    assert_exact(database, commit(database, "UPDATE t SET text = 'x' WHERE n = 3"), monkeypatch)
    assert_exact(database, commit(database, "UPDATE t SET text = 'y' WHERE n = 3"), monkeypatch)
    assert fetched == ["t", "t", "t"]  # the last one was computed from the one before, and compared with a fetch


def test_the_list_of_versions_is_read_by_its_user_alone(database, own_cache):
    write_table(database, "t", frame(), primary_key="n")

    (named,) = own_cache.glob("*.versions")
    assert named.stat().st_mode & 0o777 == 0o600


def test_a_commit_that_is_gone_is_no_failure(database, own_cache, fetched, monkeypatch):
    write_table(database, "t", frame(), primary_key="n")
    (named,) = own_cache.glob("*.versions")
    named.write_text(f"{'0' * 32} {named.read_text().split()[1]}\n")

    assert_exact(database, commit(database, "UPDATE t SET text = 'x' WHERE n = 3"), monkeypatch)
    assert fetched == ["t", "t"]


def test_rows_that_do_not_fit_together_are_not_used(database, own_cache, fetched, monkeypatch):
    old = write_table(database, "t", frame(), primary_key="n")
    key = cache.version_key(parse_location(database).source, old.table_hash)
    (own_cache / f"{key}.arrow").unlink()
    lies = frame().drop(index=7).reset_index(drop=True)
    cache.store(key, rows.cast_alike(pa.Table.from_pandas(lies), uncached(database, old.commit, monkeypatch).schema))
    fetched.clear()

    assert_exact(database, commit(database, "UPDATE t SET text = 'x' WHERE n = 3"), monkeypatch)
    assert fetched == ["t", "t"]


@pytest.mark.parametrize(("before", "after"), [("0.0", "-0.0"), ("-0.0", "0.0")])
def test_the_sign_of_a_zero_is_not_that_of_the_version_in_the_cache(before, after, database, monkeypatch):
    run_sql(
        database, "CREATE TABLE t (n bigint PRIMARY KEY, x double)", f"INSERT INTO t VALUES (1, '{before}'), (2, 5)"
    )
    commit(database)
    read_arrow(database, "t")
    run_sql(database, "DELETE FROM t", f"INSERT INTO t VALUES (1, '{after}'), (2, 6)")

    assert_exact(database, commit(database), monkeypatch)
