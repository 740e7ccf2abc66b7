import pytest

from dolt_integrations.engine import check_column_names, check_table_name, nearest, quote
from dolt_integrations.errors import InvalidNameError
from tests.conftest import run_sql
from tests.helpers.servers.databases import new_database

GOOD_NAMES = [
    "a", "A", "users", "order", "select", "a b", " a", "a-b", "a%b", "a%sb", "a'b", 'a"b', "a`b", "a\\b", "a;b", "a.b",
    "a/b", "é", "日本", "_", "1", "1a", "$", "x" * 64, "é" * 32, "a\tb", "a\nb", "--", "#", "information_schema",
]  # fmt: skip


@pytest.fixture(scope="module")
def url(shared_server):
    with new_database(shared_server, "all_names") as url:
        yield url


@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: ascii(name)[1:12])
def test_a_table_name_that_is_let_through_is_one_that_dolt_takes(name, url):
    check_table_name(name)

    run_sql(url, f"CREATE TABLE {quote(name)} (a int)")
    assert (name,) in run_sql(url, "SHOW TABLES")


@pytest.mark.parametrize("name", [*GOOD_NAMES, "a ", " ", ".", "🍣", "dolt_a"], ids=lambda name: ascii(name)[1:12])
def test_a_column_name_that_is_let_through_is_one_that_dolt_takes(name, url):
    check_column_names([name], table="t")

    run_sql(url, "DROP TABLE IF EXISTS columns", f"CREATE TABLE columns ({quote(name)} int)")
    assert run_sql(url, "SHOW COLUMNS FROM columns")[0][0] == name


@pytest.mark.parametrize(
    "name", ["", ".", "x" * 65, "é" * 33, "a ", "a\0b", "🍣", "dolt_users", "DOLT_users", "Dolt_log"]
)
def test_a_table_name_that_dolt_does_not_take_is_an_error(name):
    with pytest.raises(InvalidNameError, match="table name"):
        check_table_name(name)


@pytest.mark.parametrize("name", [None, 5, b"users", ["users"]])
def test_a_table_name_that_is_no_text_is_an_error(name):
    with pytest.raises(InvalidNameError):
        check_table_name(name)


@pytest.mark.parametrize("name", ["", "x" * 65, "é" * 33, "a\0b"])
def test_a_column_name_that_dolt_does_not_take_is_an_error_that_names_table_and_column(name):
    with pytest.raises(InvalidNameError) as caught:
        check_column_names(["first", name], table="users")

    assert repr(name) in str(caught.value)
    assert "`users`" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("a", "a", "'a' of table `users` appears twice"),
        ("a", "A", "'A' of table `users` differs from column 'a' only in case"),
        ("é", "É", "only in case"),
        ("Name", "nAME", "only in case"),
        ("\u00b5g", "\u03bcG", r"does not tell from those of column '\u00b5g' \('\\u03bcG' and '\\xb5g'\)"),
        ("\u017f", "s", "does not tell"),
        ("\u0130", "i", "does not tell"),
    ],
)
def test_columns_that_are_one_to_dolt_are_an_error(one, other, said):
    with pytest.raises(InvalidNameError, match=said):
        check_column_names([one, other], table="users")


def test_different_columns_are_fine():
    check_column_names(["a", "b", "e", "é", "e\u0301", "\u0131", "i", "\u00df", "ss"], table="users")


@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: ascii(name)[1:12])
def test_a_quoted_name_is_read_back_as_it_was(name, shared_server):
    assert run_sql(shared_server.url, f"SELECT {quote(name)} FROM (SELECT 1 AS {quote(name)}) AS q") == [(1,)]


def test_the_nearest_names_are_named():
    assert nearest("user", ["users", "orders", "usage"]) == "Did you mean `users` or `usage`?"


def test_at_most_three_near_names_are_named():
    assert nearest("user", ["user1", "user2", "user3", "user4"]).count("`") == 6


def test_a_name_in_another_case_is_the_nearest():
    assert nearest("USERS", ["user", "users"]) == "Did you mean `users`?"


@pytest.mark.parametrize(("length", "is_near"), [(200, True), (201, False)])
def test_names_of_any_length_are_not_compared(length, is_near):
    long = "x" * length

    assert nearest("x" * 199, [long]) == ("Did you mean `" + long + "`?" if is_near else None)
    assert nearest(long, ["x" * 199]).startswith("Did you mean" if is_near else "Available")


def test_all_names_are_named_where_none_is_near():
    assert nearest("xyz", ["users", "orders"]) == "Available: `orders`, `users`."


def test_of_many_names_ten_are_named():
    hint = nearest("xyz", [f"table_{number}" for number in range(11)])

    assert hint.count("`") == 20
    assert hint.endswith(", ....")


def test_nothing_is_said_where_there_are_no_names():
    assert nearest("xyz", []) is None
