import json
import os
import shutil

import pytest

from dolt_integrations.engine import DEFAULT_AUTHOR, Author, open_database
from dolt_integrations.engine.server.clone import clone_directory
from dolt_integrations.engine.server.creation import init_database
from dolt_integrations.engine.server.dolt import Source, find_dolt, quiet_environment
from dolt_integrations.errors import DatabaseNotFoundError, DoltError, DoltNotInstalledError, StorageError
from tests.conftest import Repository


@pytest.fixture
def no_dolt(monkeypatch, tmp_path):
    """A PATH without `dolt`."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_dolt")
def test_without_the_program_there_is_an_error_that_says_how_to_get_it(tmp_path):
    with pytest.raises(DoltNotInstalledError, match=r"not on PATH.*Install Dolt.*mysql://"):
        find_dolt(tmp_path)


def test_a_directory_cannot_be_opened_without_the_program(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DoltNotInstalledError), open_database(repository.path):
        pass


def test_a_directory_is_not_made_without_the_program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DoltNotInstalledError), open_database(tmp_path / "shop", create=DEFAULT_AUTHOR):
        pass

    assert not (tmp_path / "shop").exists()


def test_a_missing_database_is_the_error_even_without_the_program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DatabaseNotFoundError), open_database(tmp_path / "shop"):
        pass


@pytest.mark.usefixtures("no_dolt")
def test_a_server_needs_no_program(database):
    with open_database(database) as opened, opened.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_a_program_that_is_no_dolt_is_an_error_of_ours(repository, tmp_path, monkeypatch):
    fake = tmp_path / "dolt"
    fake.write_text("#!/bin/sh\necho this is no dolt >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    with pytest.raises(DoltError, match="this is no dolt"), open_database(repository.path, timeout=5):
        pass


@pytest.fixture
def runtime(tmp_path):
    """A folder for the files that `dolt` leaves, as a lease has one."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    return folder


def test_a_database_is_made_in_the_name_of_the_author(tmp_path, runtime):
    init_database(tmp_path / "shop", runtime, Author("Diane", "diane@girlcroosh.com"))

    log = Repository(tmp_path / "shop").sql("select committer, email from dolt_log")
    assert log == [{"committer": "Diane", "email": "diane@girlcroosh.com"}]


def test_making_a_database_leaves_the_home_alone(tmp_path, home, runtime):
    init_database(tmp_path / "shop", runtime, DEFAULT_AUTHOR)

    assert list(home.iterdir()) == []


@pytest.fixture
def busy_dolt(tmp_path, monkeypatch):
    """A PATH with a `dolt` that fails when it first makes a database, as on a busy machine. Returns what it leaves."""
    fake, dolt = tmp_path / "bin" / "dolt", shutil.which("dolt")
    fake.parent.mkdir()
    fake.write_text(
        f"""#!/bin/sh
for last; do :; done
if [ "$1" = init ]; then made=.; elif [ "$1" = clone ]; then made=$last; fi
if [ "$made" ] && mkdir {tmp_path}/failed 2>/dev/null; then
    mkdir -p "$made/.dolt/noms"
    echo "cannot update manifest: database is read only" >&2
    exit 1
fi
exec {dolt} "$@"
"""
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    return tmp_path / "failed"


def test_a_database_whose_files_dolt_finds_locked_is_made_again(tmp_path, busy_dolt, runtime):
    init_database(tmp_path / "shop", runtime, DEFAULT_AUTHOR)

    assert busy_dolt.exists()
    assert len(Repository(tmp_path / "shop").messages()) == 1


def test_a_database_whose_files_dolt_finds_locked_is_cloned_again(tmp_path, repository, busy_dolt):
    repository.dolt("remote", "add", "origin", f"file://{tmp_path}/remote")
    repository.dolt("push", "origin", "main")

    assert clone_directory(tmp_path / "clone", Source(f"file://{tmp_path}/remote"), shallow=False)

    assert busy_dolt.exists()
    assert Repository(tmp_path / "clone").messages() == repository.messages()


def test_making_a_database_in_a_file_is_an_error_of_ours(tmp_path, runtime):
    (tmp_path / "shop").write_text("")

    with pytest.raises(DoltError, match="shop"):
        init_database(tmp_path / "shop", runtime, DEFAULT_AUTHOR)


def test_the_quiet_environment_switches_metrics_off(tmp_path):
    environment = quiet_environment(tmp_path)

    assert json.loads((tmp_path / ".dolt" / "config_global.json").read_text())["metrics.disabled"] == "true"
    assert environment["DOLT_ROOT_PATH"] == str(tmp_path)


@pytest.fixture
def old_dolt(tmp_path, monkeypatch):
    """A PATH with a working `dolt` that reports an old version."""
    real, folder = find_dolt(tmp_path), tmp_path / "bin"
    folder.mkdir()
    said = 'if [ "$1" = version ]; then echo dolt version 1.79.4; else exec ' + real + ' "$@"; fi'
    (folder / "dolt").write_text(f"#!/bin/sh\n{said}\n")
    (folder / "dolt").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("old_dolt")
def test_an_old_program_is_refused_before_its_first_use(repository, tmp_path):
    before = sorted(path.name for path in (repository.path / ".dolt").iterdir())

    for path in (repository.path, tmp_path / "new"):
        with (
            pytest.raises(DoltNotInstalledError, match=r"older than 1\.80\.0: dolt version 1\.79\.4"),
            open_database(path, create=DEFAULT_AUTHOR),
        ):
            pass
    with pytest.raises(DoltNotInstalledError):
        clone_directory(tmp_path / "clone", Source(f"file://{repository.path}"), shallow=False)

    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "clone").exists()
    assert sorted(path.name for path in (repository.path / ".dolt").iterdir()) == before


def test_a_read_only_directory_is_refused_with_the_reason(repository, monkeypatch):
    # What the kernel answers on a file system mounted read-only. Tests that run as root can write everywhere else.
    monkeypatch.setattr(os, "access", lambda path, mode: ".dolt" not in str(path))

    with pytest.raises(StorageError, match="is read-only, and Dolt writes a lock"), open_database(repository.path):
        pass
