"""Each adapter is imported alone, in a process of its own: it brings its framework and no other."""

import subprocess
import sys

import pytest

DOORS = {
    "dolt_integrations": set(),
    "dolt_integrations.core": set(),
    "dolt_integrations.adapters": set(),
    "dolt_integrations.kedro": {"kedro"},
    "dolt_integrations.metaflow": {"metaflow"},
    "flyteplugins.dolt": {"flyte"},
    "flytekitplugins.dolt": {"flytekit"},
}
"""What is imported, and which frameworks come with it."""

FRAMEWORKS = {"flytekit", "flyte", "kedro", "kedro_datasets", "metaflow"}


def run(code, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, **environment
    )


@pytest.mark.parametrize("door", sorted(DOORS))
def test_an_adapter_brings_its_own_framework_only(door):
    code = (
        "import importlib, sys; importlib.import_module(sys.argv[1]); print(*(n for n in sys.modules if '.' not in n))"
    )

    done = run(code, door)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & FRAMEWORKS == DOORS[door]


def error_of_kedro(tmp_path, version):
    """Import the adapter where the newest Kedro on the path says that it is of a version; return the error."""
    if version is not None:
        (tmp_path / f"kedro-{version}.dist-info").mkdir()
        (tmp_path / f"kedro-{version}.dist-info" / "METADATA").write_text(f"Name: kedro\nVersion: {version}\n")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules.update({'kedro': None} if sys.argv[2:] else {})\n"
        "from dolt_integrations.errors import FrameworkNotInstalledError\n"
        "try:\n    import dolt_integrations.kedro\nexcept FrameworkNotInstalledError as error:\n    print(error)"
    )
    done = run(code, str(tmp_path), *([] if version else ["none"]))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_kedro_that_is_not_installed_is_named(tmp_path):
    assert "kedro, which is not installed. pip install 'flytekitplugins-dolt[kedro]'" in error_of_kedro(tmp_path, None)


def test_kedro_that_is_too_old_is_named_with_its_version(tmp_path):
    assert "1.0 or newer, and 0.19.15 is installed. pip install" in error_of_kedro(tmp_path, "0.19.15")
