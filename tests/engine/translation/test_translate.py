import pymysql
import pytest

from dolt_integrations import errors
from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.engine.translation.translate import translate
from tests.helpers.servers.databases import shared_database


@pytest.fixture(scope="module")
def url(shared_server):
    with shared_database(
        shared_server,
        "translated",
        "CREATE TABLE t (id int PRIMARY KEY, small tinyint, name varchar(3), needed int NOT NULL DEFAULT 0)",
        "INSERT INTO t VALUES (1, 1, 'a', 1)",
        "CALL DOLT_COMMIT('-Am', 'a table')",
    ) as url:
        yield url


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT * FROM nowhere", errors.TableNotFoundError),
        ("SELECT * FROM t AS OF 'nowhere'", errors.NotFoundError),
        ("SELECT nothing FROM t", errors.ColumnNotFoundError),
        ("SELECT t.nothing FROM t", errors.ColumnNotFoundError),
        ("SELECT id FROM t WHERE nothing = 1", errors.ColumnNotFoundError),
        ("SELECT * FROM nowhere.t", errors.DatabaseNotFoundError),
        ("SELECT * FROM dolt_diff('main', 'nowhere', 't')", errors.NotFoundError),
        ("SELECT * FROM dolt_diff('main', 'main', 'nowhere')", errors.TableNotFoundError),
        ("SELECT * FROM dolt_log('nowhere')", errors.NotFoundError),
        ("SELECT HASHOF('nowhere')", errors.RevisionNotFoundError),
        ("SELECT HASHOF('main~99')", errors.RevisionNotFoundError),
        ("SELECT HASHOF('0123456789abcdefghijklmnopqrstuv')", errors.RevisionNotFoundError),
        ("SELECT * FROM t AS OF '2001-01-01'", errors.NotFoundError),
        ("SELEC 1", errors.QuerySyntaxError),
        ("SELECT 'a", errors.QuerySyntaxError),
        ("SELECT no_such_function(1)", errors.QueryError),
        ("INSERT INTO t (id) VALUES (1)", errors.PrimaryKeyError),
        ("INSERT INTO t (id) VALUES (NULL)", errors.UnsupportedValueError),
        ("INSERT INTO t (id, needed) VALUES (2, NULL)", errors.UnsupportedValueError),
        ("INSERT INTO t (id, small) VALUES (2, 300)", errors.UnsupportedValueError),
        ("INSERT INTO t (id, name) VALUES (2, 'abcd')", errors.UnsupportedValueError),
        ("INSERT INTO t (id, small) VALUES (2, 'abcd')", errors.UnsupportedValueError),
        ("CREATE TABLE u (a int, A int)", errors.InvalidNameError),
        ("CREATE TABLE dolt_u (a int)", errors.InvalidNameError),
        ("CREATE TABLE u (a text PRIMARY KEY)", errors.DataError),
        ("CALL DOLT_BRANCH('a..b')", errors.InvalidNameError),
        ("CALL DOLT_BRANCH('main')", errors.LostRaceError),
        ("CALL DOLT_BRANCH('b', 'nowhere')", errors.RevisionNotFoundError),
        ("CALL DOLT_BRANCH('-D', 'nowhere')", errors.BranchNotFoundError),
        ("CALL DOLT_CHECKOUT('nowhere')", errors.NotFoundError),
        ("CALL DOLT_ADD('nowhere')", errors.TableNotFoundError),
        ("CALL DOLT_MERGE('nowhere')", errors.NotFoundError),
    ],
)
def test_what_dolt_says_becomes_an_error_of_ours(statement, kind, url):
    with Connection(parse_location(url)) as connection, pytest.raises(errors.DoltError) as caught:
        connection.execute(statement)

    assert isinstance(caught.value, kind), repr(caught.value)


def test_the_text_names_the_place():
    error = translate(pymysql.err.ProgrammingError(1146, "table not found: t"), where="database shop")

    assert "database shop" in str(error)


def test_what_no_rule_knows_is_a_query_error():
    assert type(translate(pymysql.err.OperationalError(1105, "the moon is full"), where="")) is errors.QueryError


def test_a_broken_socket_is_a_lost_server():
    assert isinstance(translate(BrokenPipeError(32, "Broken pipe"), where=""), errors.ServerLostError)


MYSQL = {
    errors.AccessDeniedError: (1044, 1045, 1142, 1227, 1370, 2061),
    errors.ServerUnreachableError: (1040, 1203, 2002, 2003, 2005),
    errors.ServerLostError: (1053, 2006, 2013, 2014, 2055, 4031),
    errors.ServerError: (2026, 2027, 2068, 3159),
    errors.WriteQueryError: (1792,),
    errors.LostRaceError: (1205, 1213),
    errors.DatabaseNotFoundError: (1049,),
    errors.TableNotFoundError: (1146,),
    errors.ColumnNotFoundError: (1054,),
    errors.InvalidNameError: (1059, 1060, 1103),
    errors.QuerySyntaxError: (1064, 1149),
    errors.ConstraintError: (1364, 1451, 1452, 3819),
    errors.PrimaryKeyError: (1062,),
    errors.UnsupportedValueError: (1048, 1264, 1265, 1292, 1366, 1406, 3140),
    errors.DataError: (1067, 1068, 1118, 1121, 1170, 1171),
}
"""By the numbers of MySQL's manual, which other servers and proxies send with texts of their own."""


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in MYSQL.items() for code in codes])
def test_a_number_of_mysqls_is_understood_whatever_the_text_says(kind, code):
    error = translate(pymysql.err.OperationalError(code, "text"), where="")

    assert type(error).__name__ == kind.__name__  # Flyte's plugin replaces it by a class of that name


@pytest.mark.parametrize("code", [1205, 1213])
def test_a_lost_race_says_what_to_do(code):
    error = translate(pymysql.err.OperationalError(code, "Lock wait timeout exceeded"), where="database shop")

    assert isinstance(error, errors.LostRaceError)
    assert "Try again" in str(error.hint)


@pytest.mark.parametrize("arguments", [(1062,), ("no number", "and more"), ()])
def test_an_error_of_a_driver_without_number_and_message_is_still_an_error_of_ours(arguments):
    assert type(translate(pymysql.err.OperationalError(*arguments), where="shop")) is errors.QueryError


def test_what_a_driver_adds_to_number_and_message_does_not_hide_them():
    error = translate(pymysql.err.OperationalError(1146, "table not found: t", "more"), where="shop")

    assert isinstance(error, errors.TableNotFoundError)
    assert "more" not in str(error)


@pytest.mark.parametrize("cause", ["no space left on device", "disk quota exceeded", "read-only file system"])
def test_a_full_disk_of_the_server_is_no_fault_of_the_query(cause):
    found = translate(pymysql.OperationalError(1105, f"write /data/.dolt/noms/x: {cause}"), where="database shop")

    assert isinstance(found, errors.StorageError)
    assert "disk of the server" in found.hint
