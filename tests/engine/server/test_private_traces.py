"""What a private server exposes and leaves behind: files, ports, secrets."""

import os

import pytest

from dolt_integrations.engine import open_database
from tests.conftest import processes_of, run_sql, use_temporary


def everything_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if ".dolt/noms" not in str(path))


def test_nothing_is_left_in_the_directory(repository):
    before = everything_below(repository.path)

    with open_database(repository.path) as database, database.connect() as connection:
        connection.execute("CREATE TABLE t (a int)")

    left = set(everything_below(repository.path)) - set(before)
    assert left <= {".dolt/temptf", ".dolt/sql-server.info", ".dolt/stats"}


def test_nothing_is_left_among_the_temporary_files(repository, temporary):
    with open_database(repository.path) as database, database.connect() as connection:
        connection.value("SELECT 1")

    left = [path for path in temporary.rglob("*") if path.name != f"dolt-integrations-{os.getuid()}"]
    assert left == []


def test_nothing_is_left_in_the_home(repository, home):
    before = everything_below(home)

    with open_database(repository.path) as database, database.connect() as connection:
        connection.value("SELECT 1")

    assert everything_below(home) == before


def test_the_private_server_wants_a_password(repository):
    with open_database(repository.path) as database:
        url = f"mysql://root@127.0.0.1:{database.address.port}/information_schema"
        with pytest.raises(Exception, match=r"(?i)access denied|authentication"):
            run_sql(url, "SELECT 1")


def test_the_private_server_listens_on_this_machine_only(repository):
    with open_database(repository.path) as database:
        port = f"{database.address.port:04X}"
        lines = []
        for name in ("/proc/net/tcp", "/proc/net/tcp6"):
            if os.path.exists(name):
                with open(name) as file:
                    lines += [line.split() for line in file]
        listening = {line[1] for line in lines if line[3] == "0A" and line[1].endswith(":" + port)}

    assert listening == {f"0100007F:{port}"}


def test_no_secret_is_in_the_arguments_of_a_process(repository):
    with open_database(repository.path) as database:
        secret = database.address.password.encode()
        for pid in processes_of(repository.path):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                assert secret not in file.read()


def test_a_database_does_not_show_its_password(repository):
    with open_database(repository.path) as database:
        assert database.address.password not in repr(database) + str(database)


def test_a_place_for_temporary_files_with_an_awkward_name_will_do(repository, tmp_path, monkeypatch):
    (tmp_path / "a b'c\"d%s é").mkdir()
    use_temporary(tmp_path / "a b'c\"d%s é", monkeypatch)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_a_long_place_for_temporary_files_will_do(repository, tmp_path, monkeypatch):
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    use_temporary(folder, monkeypatch)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1
