"""Each adapter is imported alone, in a process of its own: it brings its framework and no other."""

import subprocess

import pytest

from dolt_integrations.core import installed
from tests.helpers.warm import python

MODULES = {
    "dolt_integrations": set(),
    "dolt_integrations.core": set(),
    "dolt_integrations.adapters": set(),
    "dolt_integrations.kedro": {"kedro"},
    "dolt_integrations.metaflow": {"metaflow"},
    "flyteplugins.dolt": {"flyte"},
    "flytekitplugins.dolt": {"flytekit"},
    "flytekitplugins.dolt.structured_dataset": {"flytekit"},
    "dolt_integrations.flyte": set(),
    "dolt_integrations.cli.main": set(),
}
"""What is imported, and which frameworks come with it."""

FRAMEWORKS = {"flytekit", "flyte", "kedro", "kedro_datasets", "metaflow"}


def run(code, *arguments, **environment):
    return subprocess.run(
        [python(), "-c", code, *arguments], capture_output=True, text=True, check=False, **environment
    )


@pytest.mark.parametrize("module", sorted(MODULES))
def test_an_adapter_brings_its_own_framework_only(module):
    code = (
        "import importlib, sys; importlib.import_module(sys.argv[1]); print(*(n for n in sys.modules if '.' not in n))"
    )

    done = run(code, module)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & FRAMEWORKS == MODULES[module]


def error_of(module, name, tmp_path, version):
    """Import an adapter whose framework reports a version, or is missing. Returns the error."""
    (tmp_path / f"{name}-0.dist-info").mkdir()
    (tmp_path / f"{name}-0.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    code = (
        "import importlib, importlib.metadata, sys; _, module, name, path, version = sys.argv\n"
        "sys.path.insert(0, path)\n"
        "if version == 'none':\n    sys.modules[name] = None\n    found = importlib.metadata.version\n"
        "    def missing(package):\n"
        "        if package == name:\n            raise importlib.metadata.PackageNotFoundError(name)\n"
        "        return found(package)\n"
        "    importlib.metadata.version = missing\n"
        "from dolt_integrations.errors import FrameworkNotInstalledError\n"
        "try:\n    importlib.import_module(module)\nexcept FrameworkNotInstalledError as error:\n    print(error)"
    )
    done = run(code, module, name, str(tmp_path), version)
    assert done.returncode == 0, done.stderr
    return done.stdout


ADAPTERS = {
    "kedro": ("dolt_integrations.kedro", "kedro"),
    "flyte": ("flyteplugins.dolt", "flyte2"),
    "metaflow": ("dolt_integrations.metaflow", "metaflow"),
}


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_a_framework_that_is_not_installed_is_named(tmp_path, name):
    module, extra = ADAPTERS[name]

    error = error_of(module, name, tmp_path, "none")

    assert f"{name}, which is not installed. pip install 'flytekitplugins-dolt[{extra}]'" in error


@pytest.mark.parametrize(
    ("name", "old", "oldest"),
    [("kedro", "0.19.15", "1.0"), ("flyte", "2.4.0", "2.12"), ("metaflow", "2.9.1", "2.12")],
)
def test_a_framework_that_is_too_old_is_named_with_its_version(tmp_path, name, old, oldest):
    error = error_of(ADAPTERS[name][0], name, tmp_path, old)

    assert f"{oldest} or newer, and {old} is installed. pip install" in error


def test_the_oldest_version_will_do(monkeypatch):
    monkeypatch.setattr(installed, "version", lambda package: "2.12.0")

    installed.check_installed("pandas", (2, 12), "an adapter", "extra")
