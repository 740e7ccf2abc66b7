"""Versions that a foreign client commits, and whether a read of one is exactly what a fetch gives."""

from dolt_integrations.core import read_arrow
from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows.differences import _in_bits
from tests.conftest import run_sql


def commit(url, *statements):
    """Commit what SQL does, and return the commit."""
    return run_sql(url, *statements, "CALL DOLT_COMMIT('-A', '--allow-empty', '-m', 'theirs')")[0][0]


def uncached(url, version, monkeypatch):
    with monkeypatch.context() as alone:
        alone.setenv(cache.LOCATION, "off")
        return read_arrow(url, "t", as_of=version)[0]


def assert_exact(url, version, monkeypatch):
    """Check that a version is read exactly as a fetch returns it, with the same floats and order."""
    found, wanted = read_arrow(url, "t", as_of=version)[0], uncached(url, version, monkeypatch)
    assert found.schema.equals(wanted.schema, check_metadata=True)
    assert _in_bits(found).equals(_in_bits(wanted))
