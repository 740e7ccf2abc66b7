"""Errors in a catalog are reported before anything is written."""

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.io.core import DatasetError

from dolt_integrations import errors
from dolt_integrations.kedro import DoltFileDataset, DoltQueryDataset, DoltTableDataset
from tests.conftest import Repository, run_sql
from tests.helpers.frameworks.catalogs import catalog, cause_of, table

URL = "mysql://flyte@127.0.0.1:1/shop"

WRONG = {
    "no database": ({"database": None}, "names no database"),
    "no table": ({"table": ""}, "table"),
    "an unknown option of a save": ({"save_args": {"primarykey": "id"}}, "primary_key"),
    "an unknown option of a load": ({"load_args": {"colums": ["id"]}}, "columns"),
    "an unknown mode": ({"save_args": {"mode": "apend"}}, "append"),
    "a flag that is a text": ({"save_args": {"overwrite": "no"}}, "overwrite"),
    "an author that is none": ({"save_args": {"author": "Ann"}}, "Ann"),
    "an unknown library": ({"dataframe": "panda"}, "pandas"),
    "an unknown kind of branch": ({"branch": {"type": "NewBrunch", "branch": "a"}}, "NewBranch"),
    "a branch that is a number": ({"branch": 5}, "5"),
    "credentials by name alone": ({"credentials": "dolt"}, "credentials.yml"),
    "credentials with an unknown option": ({"credentials": {"passwort": "secret"}}, "password"),
    "two databases": ({"credentials": {"url": URL}}, "url"),
    "two users": ({"credentials": {"user": "ann"}}, "different users"),
    "credentials of a directory": ({"database": "data/shop", "credentials": {"password": "secret"}}, "server"),
    "a user of a directory": ({"database": "data/shop", "credentials": {"user": "ann"}}, "is a directory"),
    "a user that is empty": ({"database": URL.replace("flyte@", ""), "credentials": {"user": ""}}, "is empty"),
    "a user that is a number": ({"database": URL.replace("flyte@", ""), "credentials": {"user": 7}}, "not a string"),
    "credentials that are a list": ({"credentials": ["ann"]}, "of type list, not a dict"),
    "a write id of the wrong kind": ({"save_args": {"write_id": 5}}, "write_id"),
    "as_of of the wrong kind": ({"load_args": {"as_of": 5}}, "5"),
}


@pytest.mark.parametrize("what", sorted(WRONG))
def test_a_wrong_entry_says_what_is_wrong(what):
    fields, expected = WRONG[what]

    with pytest.raises(errors.DoltError, match=expected) as error:
        DoltTableDataset(**{"database": URL, "table": "users", **fields})

    assert "secret" not in str(error.value)


def test_a_wrong_entry_of_a_catalog_names_the_dataset():
    io = catalog(users=table(URL, save_args={"modus": "append"}))

    with pytest.raises(DatasetError, match=r"users(.|\n)*") as error:
        io.load("users")

    assert isinstance(cause_of(error), errors.ConfigError)
    assert "`mode`" in str(error.value)


def test_credentials_that_the_catalog_lacks_are_named():
    with pytest.raises(KeyError, match="dolt"):
        DataCatalog.from_config({"users": table(URL, credentials="dolt")}, credentials={"other": {}})


@pytest.mark.parametrize("fields", [{}, {"sql": "select 1", "filepath": "a.sql"}, {"sql": " "}])
def test_a_query_dataset_needs_one_query(fields):
    with pytest.raises(errors.ConfigError):
        DoltQueryDataset(URL, **fields)


def test_a_file_dataset_needs_a_file():
    with pytest.raises(errors.ConfigError, match="filepath"):
        DoltFileDataset(URL, "users")
    with pytest.raises(errors.ConfigError, match="as_of 5"):
        DoltFileDataset(URL, "users", "users.csv", load_args={"as_of": 5})


def test_a_query_file_that_is_not_there_is_named(database, tmp_path):
    with pytest.raises(DatasetError, match=r"gone\.sql"):
        DoltQueryDataset(database, filepath=tmp_path / "gone.sql").load()


def test_a_frame_that_cannot_be_stored_writes_nothing(database):
    with pytest.raises(DatasetError, match="inf") as error:
        DoltTableDataset(database, "users").save(pd.DataFrame({"x": [1.0, float("inf")]}))

    assert isinstance(cause_of(error), errors.UnsupportedValueError)
    assert run_sql(database, "show tables") == []


def test_a_password_of_the_credentials_opens_the_server_and_is_shown_nowhere(database):
    run_sql(database, "CREATE USER ann IDENTIFIED BY 'top secret'", "GRANT ALL ON *.* TO ann")
    url = database.replace("root@", "")
    entry = table(url, credentials="dolt")
    given = {"dolt": {"user": "ann", "password": "top secret"}}
    io = DataCatalog.from_config({"users": entry}, credentials=given)

    io.save("users", pd.DataFrame({"id": [1]}))
    wrong = DataCatalog.from_config({"users": entry}, credentials={"dolt": {"user": "ann", "password": "wrong secret"}})
    with pytest.raises(DatasetError) as error:
        wrong.load("users")
    run_sql(database, "DROP USER ann")

    assert isinstance(cause_of(error), errors.AccessDeniedError)
    message = run_sql(database, "select message from dolt_log limit 1")[0][0]
    assert "secret" not in f"{io['users']!r} {io['users'].resolve_save_version()} {error.value} {message}"


def test_a_relative_directory_is_one_of_the_project(tmp_path, monkeypatch):
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "shop"\n')
    monkeypatch.chdir(project / "notebooks")

    DoltTableDataset("data/shop", "users").save(pd.DataFrame({"id": [1]}))

    assert Repository(project / "data" / "shop").sql("select * from users") == [{"id": "1"}]
