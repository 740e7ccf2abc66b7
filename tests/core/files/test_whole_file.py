"""Files are written completely or not at all, even if the process is killed."""

import os
import signal
import sys

import pytest

from dolt_integrations.core.whole_file import whole_file
from tests.helpers.script import Script

WRITE = """
import sys
from pathlib import Path
from dolt_integrations.core.whole_file import whole_file
path = Path(sys.argv[1])
with whole_file(path, path.with_name("beside")) as file:
    file.write(b"half")
    file.flush()
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(params=["unnamed", "named"])
def platform(request, monkeypatch):
    """A platform that has unnamed files, and one that has none."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE")
    return request.param


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize("before", [None, b"old"], ids=["new", "replaced"])
def test_it_takes_its_path_when_the_block_ends(before, tmp_path):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)

    with whole_file(path, tmp_path / "beside", mode=0o600) as file:
        file.write(b"new")
        assert (path.read_bytes() if path.exists() else None) == before

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("platform")
def test_a_block_that_raises_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted():
        with whole_file(path, tmp_path / "beside") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files have names on this platform")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("before", [None, b"old"], ids=["new", "replaced"])
def test_a_process_that_is_killed_leaves_what_was_there(before, number, tmp_path):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)
    writer = Script(WRITE, str(path), interpreter=sys.executable)
    writer.expect("written")

    os.kill(writer.process.pid, number)
    writer.process.wait(60)

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({"file": before} if before else {})
    writer.kill()
