"""Reading part of a table: some columns, and only the rows that satisfy a condition."""

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, SerialBranch, read_arrow, read_batches, read_table, write_table
from dolt_integrations.core.configs.selection import Part, part_of
from dolt_integrations.errors import ColumnNotFoundError, ConfigError, DoltError, QueryError
from tests.conftest import run_sql
from tests.helpers.values.samples import TYPES, assert_same, every_type

SEVEN = pd.DataFrame(
    {
        "n": [3, 1, 2, 7, 5, 6, 4],
        "text": list("cabgefd"),
        "kind": pd.Categorical(list("xyxyxyx"), categories=list("zyx")),
    }
)


def part(url, table="t", **options):
    return read_table(url, table, **options).data


@pytest.fixture
def seven(database):
    write_table(database, "t", SEVEN, primary_key="n")
    return database


def ordered(frame):
    return frame.sort_values("n", ignore_index=True)


@pytest.mark.parametrize("columns", ["text", ["text"], ("text",), {"text": 1}, iter(["text"])])
def test_a_column_is_read(seven, columns):
    assert_same(part(seven, columns=columns), pd.DataFrame({"text": list("abcdefg")}))


def test_columns_come_in_the_order_asked_for(seven):
    assert_same(part(seven, columns=["kind", "n"]), ordered(SEVEN)[["kind", "n"]])


def test_columns_are_found_in_any_case(seven):
    assert list(part(seven, columns=["TEXT", "N"])) == ["text", "n"]


def test_rows_are_those_that_meet_the_condition_in_the_keys_order(seven):
    assert_same(
        part(seven, where="n > 4 OR text = 'a'"),
        ordered(SEVEN)[[True, *[False] * 3, *[True] * 3]].reset_index(drop=True),
    )


def test_columns_and_rows_together(seven):
    data = part(seven, columns="text", where="n % 2 = 0")

    assert data["text"].tolist() == ["b", "d", "f"]
    assert list(data) == ["text"]


def test_the_condition_may_be_of_columns_that_are_not_read(seven):
    assert part(seven, columns=["text"], where="kind = 'y' AND n < 4")["text"].tolist() == ["a"]


def test_no_row_meets_the_condition(seven):
    assert_same(part(seven, where="FALSE"), SEVEN.head(0))


def test_a_condition_that_is_null_is_met_by_none(seven):
    assert len(part(seven, where="NULL")) == 0


@pytest.mark.parametrize(
    "where",
    ["text LIKE '%'", "text != '%s'", "text != ')'", "n > 0 -- all\n", "n > 0 # all", "/* all */ n > 0", "`n` > 0"],
)
def test_odd_conditions_mean_what_they_say(seven, where):
    assert len(part(seven, where=where)) == 7


def test_an_index_comes_back_where_it_is_asked_for(database):
    write_table(database, "t", SEVEN.set_index("n"))

    assert part(database, columns=["n", "text"]).index.name == "n"
    assert part(database, columns=["text"]).index.tolist() == list(range(7))
    assert part(database, where="n = 3").index.tolist() == [3]


def test_one_level_of_two_comes_back(database):
    write_table(database, "t", SEVEN.set_index(["n", "text"]))

    data = part(database, columns=["text", "kind"])

    assert data.index.names == ["text"]
    assert sorted(data.index) == list("abcdefg")


def test_only_an_index_may_be_asked_for(database):
    write_table(database, "t", SEVEN.set_index("n"))

    data = part(database, columns="n")

    assert data.index.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert data.shape == (7, 0)


def test_integers_as_labels_come_back(database):
    write_table(database, "t", pd.DataFrame({0: [1], 1: [2]}))

    assert list(part(database, columns=["1"])) == [1]


def test_every_type_is_read_as_it_is_in_the_whole(database):
    frame = every_type(lambda values: values.head(1))
    write_table(database, "t", frame)

    for columns in (list(TYPES)[::3], list(TYPES)[::-5]):
        assert_same(part(database, columns=columns), part(database)[columns])
    assert_same(part(database, where="TRUE"), part(database))


def test_arrow_has_the_same_part(seven):
    table, _ = read_arrow(seven, "t", columns=["text"], where="n < 3")

    assert table.to_pylist() == [{"text": "a"}, {"text": "b"}]


def test_a_part_of_a_version_is_of_that_version(seven):
    first = read_table(seven, "t").version
    write_table(seven, "t", SEVEN.head(1), branch_conf=NewBranch("b"))

    assert len(part(seven, where="n > 0", as_of=first.commit, branch_conf=SerialBranch("b"))) == 7
    assert len(part(seven, where="n > 0", branch_conf=SerialBranch("b"))) == 1
    assert len(part(seven, where="n > 0", branch_conf=SerialBranch("b"), as_of="HEAD~1")) == 7


def test_a_part_has_the_version_of_its_table(seven):
    assert read_table(seven, "t", columns="n", where="n = 1").version == read_table(seven, "t").version


def test_a_condition_may_ask_other_tables_of_the_same_version(seven):
    write_table(seven, "chosen", pd.DataFrame({"n": [2, 3]}))
    version = read_table(seven, "chosen").version
    write_table(seven, "chosen", pd.DataFrame({"n": [7]}))

    data = part(seven, columns="n", where="n IN (SELECT c.n FROM chosen c)", as_of=version.commit)

    assert data["n"].tolist() == [2, 3]


LOOKING_BACK = {
    "AS OF": "n NOT IN (SELECT o.n FROM t AS OF 'HEAD~1' o)",
    "HASHOF": "HASHOF('HEAD') = '{head}'",
    "dolt_log": "'{head}' = (SELECT commit_hash FROM dolt_log LIMIT 1)",
    "dolt_diff": "n IN (SELECT to_n FROM dolt_diff('HEAD~1', 'HEAD', 't'))",
}


@pytest.mark.parametrize("what", LOOKING_BACK)
@pytest.mark.parametrize("how", ["branch", "commit"])
def test_a_condition_that_looks_back_does_so_from_the_version(seven, what, how):
    write_table(seven, "t", SEVEN.tail(6), branch_conf=NewBranch("b"), primary_key="n")
    version = write_table(seven, "t", SEVEN, branch_conf=SerialBranch("b"), primary_key="n")
    if how == "commit":
        write_table(seven, "t", SEVEN.head(2), branch_conf=SerialBranch("b"), primary_key="n")
    where = LOOKING_BACK[what].format(head=version.commit)

    data = part(seven, where=where, branch_conf=SerialBranch("b"), as_of=version.commit if how == "commit" else None)

    expected = [3] if what in ("AS OF", "dolt_diff") else [1, 2, 3, 4, 5, 6, 7]
    assert data["n"].tolist() == expected


# Bad input


def test_a_column_that_is_not_there_is_an_error_with_the_nearest(seven):
    with pytest.raises(ColumnNotFoundError, match=r"'txt'.*text"):
        part(seven, columns=["n", "txt"])


@pytest.mark.parametrize("columns", [[], 5, [5], [None], b"n", ["n", "N"], ["n", "n"], [["n"]]])
def test_columns_that_are_no_names_are_refused(seven, columns):
    with pytest.raises(ConfigError, match="columns"):
        part(seven, columns=columns)


def test_a_blank_column_is_not_there(seven):
    with pytest.raises(ColumnNotFoundError):
        part(seven, columns="")


@pytest.mark.parametrize("where", ["", "  \n", 5, True, ["n = 1"], b"n = 1"])
def test_a_condition_that_is_none_is_refused(seven, where):
    with pytest.raises(ConfigError, match="where"):
        part(seven, where=where)


BAD = [
    "n >", "nothing = 1", "n = 1; DROP TABLE t", "n = 1;", ";", ")", "(", "n = 1)", "(n = 1", "n = 1) -- ", "n = 1) #",
    "n = 1) /*", "/*", "'", "`", "n = 1 ORDER BY n", "n = 1 LIMIT 1", "DELETE FROM t", "(DELETE FROM t)",
    "CALL dolt_reset('--hard')", "n = (SELECT dolt_commit('-Am', 'x'))", "n = 1) INTO OUTFILE '/tmp/x' -- ",
    "1 = 1); INSERT INTO t VALUES (9, 'x', 'x'); -- ", "n = 1) INTO @x -- ", "n = %s", "n = ?", "n = :n",
]  # fmt: skip


@pytest.mark.parametrize("where", BAD)
def test_a_condition_that_is_no_condition_is_an_error_and_writes_nothing(seven, where):
    with pytest.raises((QueryError, ColumnNotFoundError, ConfigError)):
        part(seven, where=where)

    assert run_sql(seven, "SELECT COUNT(*) FROM t") == [(7,)]
    assert run_sql(seven, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("kid = 'y'", r"condition on table `t` .*'kid', which does not exist: kid = 'y'\. Did you mean `kind`"),
        ("n == 1", r"condition on table `t` .* near 'n': n == 1\. Compare with `=`, not `==`\.$"),
        ("n = 'x", r"does not parse near 'x': n = 'x$"),
        ("n > 1 AND", r"does not parse: n > 1 AND$"),
    ],
)
def test_the_error_of_a_condition_shows_what_the_user_wrote_and_nothing_else(where, message, seven):
    with pytest.raises(DoltError, match=message):
        part(seven, where=where)


BREAKING_OUT = [
    "FALSE) UNION SELECT n, text, kind FROM secret WHERE (TRUE",
    "FALSE) UNION ALL (SELECT n, text, kind FROM secret WHERE TRUE",
    "n = 1) LIMIT 1 OFFSET (0",
    "n = 1) FOR UPDATE OF (t",
    "n = 1) GROUP BY (n",
    "n = 1) HAVING (n = 1",
]


READERS = {
    "read_table": lambda db, where: read_table(db, "t", where=where),
    "read_arrow": lambda db, where: read_arrow(db, "t", where=where),
    "read_batches": lambda db, where: list(read_batches(db, "t", where=where)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("where", BREAKING_OUT)
def test_a_condition_does_not_break_out_of_its_parentheses(seven, where, read):
    run_sql(seven, "CREATE TABLE secret AS SELECT n, 'secret' AS text, kind FROM t", "CALL DOLT_COMMIT('-Am', 'x')")

    with pytest.raises(DoltError, match="condition on table `t`"):
        read(seven, where)


def test_a_condition_that_ends_its_parentheses_is_refused_or_means_what_it_says(seven):
    try:
        data = part(seven, where="n = 1) OR (n = 2")
    except QueryError:
        return
    assert data["n"].tolist() == [1, 2]


def test_a_part_of_a_query_is_refused(seven):
    with pytest.raises(ConfigError, match="query"):
        read_table(seven, sql="SELECT * FROM t", columns=["n"])
    with pytest.raises(ConfigError, match="query"):
        read_table(seven, sql="SELECT * FROM t", where="n = 1")


def test_a_view_may_be_read_in_part(seven):
    run_sql(seven, "CREATE VIEW v AS SELECT n, text FROM t", "CALL dolt_commit('-Am', 'x')")

    assert part(seven, "v", columns="text", where="n = 2")["text"].tolist() == ["b"]


def test_a_system_table_may_be_read_in_part(seven):
    assert part(seven, "dolt_log", columns="message", where="commit_order = 1")["message"].tolist() == [
        "Initialize data repository"
    ]


@pytest.mark.parametrize("name", ["a b", "select", "a`b", "100%", "%s", "@v0", "日本"])
def test_odd_names_of_columns_are_read(database, name):
    write_table(database, "t", pd.DataFrame({name: [1], "other": [2]}))

    assert list(part(database, columns=[name], where="other = 2")) == [name]


def test_a_part_is_its_names_and_condition():
    assert part_of(None, None) == Part()
    assert Part().is_all
    assert not part_of("n", None).is_all
    assert not part_of(None, "n = 1").is_all
