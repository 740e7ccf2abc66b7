"""The directory for a private server's files: private to the user, and the same for all processes."""

import os

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.names.author import DEFAULT_AUTHOR
from dolt_integrations.engine.server.creation import init_database
from dolt_integrations.engine.server.supervision import runtime
from dolt_integrations.engine.server.supervision.runtime import user_folder
from tests.helpers.servers.others import as_root, give_away
from tests.helpers.servers.users import USE


def name():
    return f"dolt-integrations-{os.getuid()}"


@pytest.fixture
def run_directory(tmp_path, monkeypatch):
    """A runtime directory as a session at a terminal has it."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def test_the_runtime_directory_is_preferred(temporary, run_directory):
    assert user_folder() == run_directory / "dolt-integrations"
    assert list(temporary.iterdir()) == []


def test_the_usual_runtime_directory_is_used_where_none_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(runtime, "_RUN", str(tmp_path))
    (tmp_path / str(os.getuid())).mkdir(mode=0o700)

    assert user_folder() == tmp_path / str(os.getuid()) / "dolt-integrations"


@pytest.mark.parametrize("said", ["", "relative", "/nowhere", "open", "link"])
def test_a_runtime_directory_that_is_not_this_users_alone_is_not_used(said, temporary, run_directory, monkeypatch):
    (run_directory / "open").mkdir()
    (run_directory / "open").chmod(0o755)
    (run_directory / "link").symlink_to(run_directory)
    place = str(run_directory / said) if said in ("open", "link") else said
    monkeypatch.setenv("XDG_RUNTIME_DIR", place)

    assert user_folder() == temporary / name()


@as_root
def test_a_runtime_directory_of_another_user_is_not_used(temporary, run_directory):
    give_away(run_directory)

    assert user_folder() == temporary / name()


def take_by_link(path):
    path.symlink_to(path.parent)


def take_by_file(path):
    path.write_text("taken")


def take_as_other(path):
    path.mkdir()
    give_away(path)


@pytest.mark.parametrize("take", [take_by_link, take_by_file, pytest.param(take_as_other, marks=as_root)])
def test_a_name_that_another_user_has_taken_is_left_alone(take, temporary):
    take(temporary / name())

    folder = user_folder()

    assert folder.parent == temporary
    assert folder.name.startswith(f"{name()}-")
    assert folder.stat().st_mode & 0o777 == 0o700


@as_root
def test_all_processes_find_the_other_name(temporary):
    take_as_other(temporary / name())
    take_as_other(temporary / f"{name()}-aaa")
    first = user_folder()

    assert user_folder() == first


def test_a_database_is_served_where_the_name_is_taken(repository, temporary):
    take_by_file(temporary / name())

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_a_folder_of_ours_that_others_may_read_is_narrowed(temporary):
    (temporary / name()).mkdir()
    (temporary / name()).chmod(0o777)

    assert user_folder().stat().st_mode & 0o777 == 0o700


def test_a_user_with_and_one_without_a_runtime_directory_share_a_server(
    repository, temporary, run_directory, script, monkeypatch
):
    with open_database(repository.path) as database:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        other = script(USE, repository.path)
        other.expect(str(database.address.port))
        other.expect("open")
        other.tell("go on")
        assert other.finish().strip() == "main"


SAVE_TWICE = """
import sys
import pandas as pd
from dolt_integrations.core import read_table, write_table
write_table(sys.argv[1], "t", pd.DataFrame({"n": [1]}))
print("saved", flush=True)
sys.stdin.readline()
write_table(sys.argv[1], "t", pd.DataFrame({"n": [2]}))
print(read_table(sys.argv[1], "t").data["n"].tolist(), flush=True)
"""


def test_who_used_the_server_of_the_other_goes_on_after_its_end(
    repository, temporary, run_directory, script, monkeypatch
):
    with open_database(repository.path):
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        other = script(SAVE_TWICE, repository.path)
        other.expect("saved")

    other.tell("go on")

    assert other.finish().strip() == "[2]"


def test_a_new_database_leaves_nothing_among_the_temporary_files(tmp_path, temporary):
    with open_database(tmp_path / "db", create=DEFAULT_AUTHOR) as database, database.connect() as connection:
        connection.value("SELECT 1")

    assert [path.name for path in temporary.rglob("*")] == [name()]


def test_dolt_init_leaves_nothing_among_the_temporary_files(tmp_path, temporary):
    (tmp_path / "root").mkdir()

    init_database(tmp_path / "db", tmp_path / "root", DEFAULT_AUTHOR)

    assert list(temporary.iterdir()) == []
