"""Clone, with a remote that is a folder."""

from __future__ import annotations

import os
import shutil
import tempfile

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.engine import open_database
from dolt_integrations.errors import ConfigError, DatabaseNotFoundError, RemoteError
from tests.conftest import Repository, eventually
from tests.helpers.saves.clones import names, pulled, pushed
from tests.helpers.script import run_together


def test_a_missing_directory_becomes_a_clone(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "deep" / "shop")

    cloned = Repository(tmp_path / "deep" / "shop")
    assert names(cloned) == ["Alice", "Bob"]
    assert cloned.messages()[:2] == ["Add Bob", "Add Alice"]
    assert os.listdir(cloned.path) == [".dolt"]


def test_an_empty_directory_becomes_a_clone(tmp_path, remote):
    (tmp_path / "shop").mkdir()

    clone_if_missing(remote, tmp_path / "shop")

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]


@pytest.fixture
def runtime_on_another_file_system(tmp_path, monkeypatch):
    """Keep what servers and dolt need for a while on another file system, as a desktop and a pod with a volume do."""
    here = tmp_path.stat().st_dev
    place = next((each for each in ("/tmp", "/var/tmp", os.getcwd(), "/dev/shm") if os.stat(each).st_dev != here), None)  # noqa: S108
    if place is None:
        pytest.skip("there is one file system")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.mark.usefixtures("runtime_on_another_file_system")
def test_a_directory_on_another_file_system_than_temporary_files_becomes_a_clone(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "full")
    clone_if_missing(remote, tmp_path / "shallow", shallow=True)
    clone_if_missing(remote, tmp_path / "shallow")  # which gets the history that it lacks

    for name in ("full", "shallow"):
        assert names(Repository(tmp_path / name)) == ["Alice", "Bob"]
        assert os.listdir(tmp_path / name) == [".dolt"]


def test_the_clone_names_the_remote_as_the_config_does(tmp_path, remote):
    clone_if_missing(Remote("backup", remote.url), tmp_path / "shop")

    assert "backup" in Repository(tmp_path / "shop").dolt("remote")


def test_a_database_that_is_there_is_left_alone(repository, remote):
    before = repository.head()

    clone_if_missing(remote, repository.path)

    assert repository.head() == before
    assert repository.dolt("remote") == ""


def test_a_directory_with_other_files_is_left_alone(tmp_path, remote):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").write_text("mine")

    with pytest.raises(DatabaseNotFoundError, match="other files"):
        clone_if_missing(remote, tmp_path / "shop")

    assert os.listdir(tmp_path / "shop") == ["notes.txt"]


def test_without_a_url_there_is_nothing_to_clone(tmp_path):
    with pytest.raises(ConfigError, match=r"no Dolt database.*no url"):
        clone_if_missing(Remote(), tmp_path / "shop")

    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("folder", "message"), [("nowhere", "nowhere does not exist"), ("x" * 300, "File name too long")]
)
def test_a_remote_that_does_not_exist_is_an_error_and_leaves_nothing(folder, message, tmp_path):
    with pytest.raises(RemoteError, match=message):
        clone_if_missing(Remote(url=f"file://{tmp_path}/{folder}"), tmp_path / "a" / "shop")

    assert list(tmp_path.iterdir()) == []


def test_a_save_may_be_the_first_to_push(tmp_path):
    remote = Remote(url=f"file://{tmp_path}/backup")

    clone_if_missing(remote, tmp_path / "first", required=False)
    write_table(tmp_path / "first", "users", pd.DataFrame({"name": ["Alice"]}))
    pulled(Repository(tmp_path / "first"), remote)
    pushed(Repository(tmp_path / "first"), remote)

    clone_if_missing(remote, tmp_path / "second")
    assert names(Repository(tmp_path / "second")) == ["Alice"]


def test_an_existing_empty_folder_is_a_remote_without_data(tmp_path):
    (tmp_path / "backup").mkdir()

    with pytest.raises(RemoteError, match="no data"):
        clone_if_missing(Remote(url=f"file://{tmp_path}/backup"), tmp_path / "shop")

    assert not (tmp_path / "shop").exists()


MEETS_PUSHES = """#!/bin/sh
# Makes two clones fail as Dolt does if a push replaces files of the remote.
if [ "$1" = clone ] && [ "$(ls {folder} | wc -l)" -lt 2 ]; then
    touch {folder}/$$
    echo "clone failed; manifest referenced table file for which there is no chunkSource." >&2
    exit 1
fi
exec {dolt} "$@"
"""


def test_a_clone_that_meets_a_push_is_made_again(tmp_path, remote, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "failed").mkdir()
    program = tmp_path / "bin" / "dolt"
    program.write_text(MEETS_PUSHES.format(folder=tmp_path / "failed", dolt=shutil.which("dolt")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)

    clone_if_missing(remote, tmp_path / "shop")

    assert len(os.listdir(tmp_path / "failed")) == 2
    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]


def test_several_processes_may_clone_into_one_directory_at_once(tmp_path, remote, script):
    code = """
    import sys
    from dolt_integrations.core.remotes.clone import clone_if_missing
    from dolt_integrations.core.configs.remote import Remote
    print("ready", flush=True); input()
    clone_if_missing(Remote(url=sys.argv[1]), sys.argv[2])
    """
    processes = [script(code, remote.url, tmp_path / "shop") for _ in range(4)]
    run_together(processes)

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]
    assert os.listdir(tmp_path / "shop") == [".dolt"]


def test_a_clone_that_is_killed_is_not_taken_for_a_database_and_may_be_tried_again(
    tmp_path, remote, script, monkeypatch
):
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "dolt").write_text(f'#!/bin/sh\n"{shutil.which("dolt")}" "$@"\ntouch "{tmp_path}/cloned"\nexec sleep 60\n')
    (slow / "dolt").chmod(0o755)
    code = """
    import sys
    from dolt_integrations.core.remotes.clone import clone_if_missing
    from dolt_integrations.core.configs.remote import Remote
    clone_if_missing(Remote(url=sys.argv[1]), sys.argv[2])
    """
    shop = tmp_path / "shop"
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(slow), prepend=os.pathsep)
        process = script(code, remote.url, shop)
        eventually((tmp_path / "cloned").exists)  # a clone that is still running would be written to below
        process.kill()

    with pytest.raises(DatabaseNotFoundError), open_database(shop):
        pass
    clone_if_missing(remote, shop)

    assert names(Repository(shop)) == ["Alice", "Bob"]
    assert os.listdir(shop) == [".dolt"]


def test_nothing_but_the_directory_is_touched(tmp_path, remote, home):
    clone_if_missing(remote, tmp_path / "shop")

    assert sorted(os.listdir(tmp_path)) == ["backup", "shop"]
    assert os.listdir(home) == []
