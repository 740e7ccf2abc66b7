"""Where a save goes: a directory, which may become a database, or a server's database."""

import subprocess

import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.errors import ConfigError, DatabaseNotFoundError, DoltError
from tests.conftest import Repository, run_sql, start_server
from tests.helpers.saves.saves import ONE, TWO


def test_the_author_of_a_directory_is_whom_dolt_config_names(tmp_path):
    subprocess.run(["dolt", "config", "--global", "--add", "user.name", "Diane"], check=True, capture_output=True)
    subprocess.run(
        ["dolt", "config", "--global", "--add", "user.email", "diane@x.com"], check=True, capture_output=True
    )

    write_table(tmp_path / "shop", "t", ONE)

    assert Repository(tmp_path / "shop").sql("select distinct committer from dolt_log") == [{"committer": "Diane"}]


def test_the_workflow_is_the_author_of_a_directory_without_an_identity(tmp_path):
    write_table(tmp_path / "shop", "t", ONE)

    authors = Repository(tmp_path / "shop").sql("select distinct committer, email from dolt_log")
    assert authors == [{"committer": "flyte", "email": "flyte@localhost"}]


def test_the_global_config_is_never_written(tmp_path, home):
    write_table(tmp_path / "shop", "t", ONE)
    write_table(tmp_path / "shop", "t", TWO)

    assert not (home / ".dolt" / "config_global.json").exists()


@pytest.mark.parametrize("folder", ["shop", "a/b/shop"])
def test_a_missing_directory_becomes_a_database(folder, tmp_path):
    write_table(tmp_path / folder, "t", ONE)

    assert Repository(tmp_path / folder).sql("select * from t") == [{"name": "Alice", "count": "4"}]


def test_an_empty_directory_becomes_a_database(tmp_path):
    write_table(tmp_path, "t", ONE)

    assert read_table(tmp_path, "t").data.equals(ONE)


@pytest.mark.parametrize("exists", [True, False])
def test_a_load_never_makes_a_database(exists, tmp_path):
    folder = tmp_path / "shop"
    if exists:
        folder.mkdir()

    with pytest.raises(DatabaseNotFoundError, match="dolt init"):
        read_table(folder, "t")

    assert folder.exists() == exists
    assert not exists or list(folder.iterdir()) == []


def test_a_directory_of_something_else_is_an_error_and_stays_as_it_is(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")

    with pytest.raises(DatabaseNotFoundError, match="dolt init"):
        write_table(tmp_path, "t", ONE)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_an_error_and_stays_as_it_is(tmp_path):
    (tmp_path / "shop").write_text("precious")

    with pytest.raises(DatabaseNotFoundError, match="file"):
        write_table(tmp_path / "shop", "t", ONE)

    assert (tmp_path / "shop").read_text() == "precious"


def test_a_directory_below_a_file_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(DoltError, match="file"):
        write_table(tmp_path / "file" / "shop", "t", ONE)


def test_a_missing_directory_with_a_new_branch_gets_both(tmp_path):
    write_table(tmp_path / "shop", "t", ONE, branch_conf=NewBranch("run/1"))

    assert Repository(tmp_path / "shop").branches() == ["main", "run/1"]


def test_an_unknown_database_of_a_server_is_an_error_and_is_not_made(shared_server):
    with pytest.raises(DatabaseNotFoundError, match="warehouse"):
        write_table(shared_server.url.removesuffix("shared") + "warehouse", "t", ONE)

    assert ("warehouse",) not in run_sql(shared_server.url, "SHOW DATABASES")


def test_what_names_no_database_is_an_error():
    with pytest.raises(ConfigError):
        write_table(None, "t", ONE)


# Three ways to name a database, and a user's server on its directory.


def test_a_doltcli_object_names_a_database(repository):
    doltcli = pytest.importorskip("doltcli")

    write_table(doltcli.Dolt(str(repository.path)), "t", ONE)

    assert read_table(doltcli.Dolt(str(repository.path)), "t").data.equals(ONE)


def test_a_save_goes_through_the_server_that_the_user_runs_on_the_directory(repository):
    server = start_server(repository.path)

    write_table(repository.path, "t", ONE)

    assert read_table(server.url, "t").data.equals(ONE)
    assert server.process.poll() is None
    server.kill()


def test_what_is_saved_by_directory_is_read_by_url_and_the_other_way_round(repository, server):
    write_table(repository.path, "t", ONE)
    write_table(server.url, "u", TWO)

    assert read_table(server.url, "t").data.equals(ONE)
    assert len(read_table(repository.path, "u").data) == 2
