"""Which files `scripts/install_dolt.sh` accepts as dolt. The tests' own `curl` stands for the network."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "install_dolt.sh"
NEEDED = "sh awk sed tr cut mkdir mv rm dirname tar gzip uname sha256sum cat head grep tail".split()
PLATFORM = f"{os.uname().sysname.lower()}-{'arm64' if os.uname().machine in ('aarch64', 'arm64') else 'amd64'}"

pytestmark = pytest.mark.skipif(shutil.which("sha256sum") is None, reason="it is linked by its name")


@pytest.fixture
def project(tmp_path):
    """A project with the script, on a machine without dolt and Go. Its `curl` returns a release."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    for name in NEEDED:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    release = tmp_path / "release.tar.gz"
    program = b"#!/bin/sh\necho dolt version 1.83.2\n"
    with tarfile.open(release, "w:gz") as archive:
        entry = tarfile.TarInfo(f"dolt-{PLATFORM}/bin/dolt")
        entry.size, entry.mode = len(program), 0o755
        archive.addfile(entry, io.BytesIO(program))
    curl = tmp_path / "bin" / "curl"
    curl.write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nwhile [ "$1" != -o ]; do shift; done\n'
        f'case $3 in *api.github.com*) cat {tmp_path}/record >"$2" ;; *) cat {release} >"$2" ;; esac\n'
    )
    curl.chmod(0o755)
    return tmp_path


def install(project, **environment):
    return subprocess.run(
        ["sh", "scripts/install_dolt.sh"], cwd=project, capture_output=True, text=True, check=False,
        env={"PATH": str(project / "bin"), "HOME": str(project), **environment},
    )  # fmt: skip


def installed(project):
    return (project / ".tools" / "bin" / "dolt").exists()


def digest(project):
    return hashlib.sha256((project / "release.tar.gz").read_bytes()).hexdigest()


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_release_with_the_digest_that_was_said_is_installed(change, project):
    done = install(project, DOLT_SHA256=change(digest(project)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(project)


def test_a_digest_in_the_file_beside_the_script_is_known(project):
    lines = f"{'0' * 64} 1.83.1 dolt-{PLATFORM}\n{digest(project)} 1.83.2 dolt-{PLATFORM}\n"
    (project / "scripts" / "dolt.sha256").write_text(lines)

    assert install(project).returncode == 0
    assert installed(project)


def test_another_release_is_not_installed_and_nothing_else_tried(project):
    done = install(project, DOLT_SHA256="0" * 64, DOLT_UNVERIFIED="yes")

    assert done.returncode != 0
    assert digest(project) in done.stderr
    assert "building" not in done.stdout
    assert not installed(project)


def record(project, sha256):
    """GitHub's record of a release, as its API returns it, cut down to what distinguishes the files."""
    uploader = {"login": "bot", "type": "Bot"}
    other = {"name": "dolt-windows-amd64.zip", "uploader": uploader, "digest": f"sha256:{'1' * 64}"}
    ours = {"name": f"dolt-{PLATFORM}.tar.gz", "uploader": uploader, "digest": sha256}
    return json.dumps({"name": "1.83.2", "assets": [other, ours, other], "body": "text"}, indent=2)


def test_the_digest_of_github_s_record_counts_without_a_pin(project):
    (project / "record").write_text(record(project, f"sha256:{digest(project)}"))

    done = install(project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(project)


def test_a_release_that_is_not_the_recorded_one_is_not_installed(project):
    (project / "record").write_text(record(project, f"sha256:{'0' * 64}"))

    done = install(project)

    assert done.returncode != 0
    assert digest(project) in done.stderr
    assert not installed(project)


def test_a_pin_counts_more_than_the_record(project):
    (project / "record").write_text(record(project, f"sha256:{digest(project)}"))

    assert install(project, DOLT_SHA256="0" * 64).returncode != 0
    assert not installed(project)


@pytest.mark.parametrize("sha256", [None, "md5:00"])
def test_a_release_without_a_digest_is_not_downloaded(project, sha256):
    (project / "record").write_text(record(project, sha256))

    done = install(project)

    assert done.returncode != 0
    assert "releases/download" not in (project / "asked").read_text()
    assert "DOLT_SHA256" in done.stderr
    assert "DOLT_UNVERIFIED" in done.stderr


def test_who_says_so_gets_a_release_without_a_digest(project):
    done = install(project, DOLT_UNVERIFIED="yes")

    assert installed(project)
    assert digest(project) in done.stdout


def test_nothing_but_https_is_asked(project):
    install(project, DOLT_UNVERIFIED="yes")

    asked = (project / "asked").read_text()
    assert "--proto =https --proto-redir =https" in asked
    assert "http://" not in asked


def test_nothing_is_left_on_the_way(project):
    install(project, DOLT_SHA256="0" * 64)

    assert list((project / ".tools").glob("install.*")) == []
