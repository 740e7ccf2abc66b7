"""Which tests run which line: the suite under coverage.py, with a context for each test, kept in `.tools/mutate`.

    python scripts/covering.py [TEST ...]

Measures the whole suite, which takes about twice as long as the tests, or measures some files of tests once more.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from functools import cached_property
from pathlib import Path

from coverage.numbits import register_sqlite_functions

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".tools" / "mutate"

PACKAGES = ("dolt_integrations", "flytekitplugins", "flyteplugins")

UNKNOWN = 1.0
"""Seconds of a test whose time was not told."""

_OF_MODULE = """
select context from line_bits join file on file.id = file_id join context on context.id = context_id where path = ?
"""

_OF_LINES = _OF_MODULE + " and exists (select 1 from json_each(numbits_to_nums(numbits)) where value between ? and ?)"  # noqa: S608

_CONFIG = f"""
[run]
source_dirs = {", ".join(PACKAGES)}
relative_files = true
data_file = {KEPT / "coverage"}
"""


def measure(tests: list[str], jobs: int = 4) -> None:
    """Run tests under coverage, and keep what they ran and how long they took."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "config").write_text(_CONFIG)
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "--cov", "--cov-context=test", "--cov-report="]
    options = [f"--cov-config={KEPT / 'config'}", "-o", "junit_family=xunit1", f"--junitxml={KEPT / 'times.xml'}"]
    some = ["--cov-append", *tests] if tests else []
    subprocess.run([*command, *options, *some], cwd=ROOT, check=False)  # noqa: S603 - the tests
    _keep("seconds", {**(_kept("seconds") if tests else {}), **_seconds()})
    if not tests:
        _keep("modules", {name: digest(name) for name in modules()})


def modules() -> list[str]:
    """Return the modules of the product."""
    return sorted(str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def digest(module: str) -> str:
    """Return what tells whether a module has changed."""
    return hashlib.sha256((ROOT / module).read_bytes()).hexdigest()


class Covering:
    """What each test ran when the suite was measured."""

    def __init__(self) -> None:
        """Open what was kept."""
        self._data = sqlite3.connect(KEPT / "coverage")
        register_sqlite_functions(self._data)

    def unchanged(self) -> list[str]:
        """Return the modules that are as they were measured."""
        measured = _kept("modules")
        return [name for name in modules() if measured.get(name) == digest(name)]

    def tests(self, module: str, lines: range, seconds: float, most: int = 300) -> tuple[str, ...]:
        """Return tests that run one of the lines, quick ones that run little else first, for so many seconds.

        The first case of each test comes before the second of any, as cases differ less than tests do.
        Where no test runs the lines by itself, as at import or in a process of its own, they are tests of the module.
        """
        found = self._named(_OF_LINES, module, min(lines), max(lines)) or self._named(_OF_MODULE, module)
        cases: Counter[str] = Counter()
        ordered = []
        for test in sorted(found, key=self._order):
            cases[test.partition("[")[0]] += 1
            ordered.append((cases[test.partition("[")[0]], test))
        chosen: list[str] = []
        for _, test in sorted(ordered, key=lambda each: each[0])[:most]:
            if seconds < 0:
                break
            if _is_there(test):
                chosen.append(test)
                seconds -= self.seconds.get(test, UNKNOWN)
        return tuple(chosen)

    def _order(self, test: str) -> float:
        return self._files[test] * (0.05 + self.seconds.get(test, UNKNOWN))

    def _named(self, query: str, *values: object) -> set[str]:
        names = (name for (name,) in self._data.execute(query, values))
        return {name.rpartition("|")[0] for name in names if "|" in name}

    @cached_property
    def _files(self) -> dict[str, int]:
        """How many modules each test runs lines of."""
        counted = "select context, count(*) from line_bits join context on context.id = context_id group by 1"
        files: dict[str, int] = {}
        for name, count in self._data.execute(counted):
            test = name.rpartition("|")[0]
            files[test] = files.get(test, 0) + count
        return files

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each test took, with its fixtures."""
        return _kept("seconds")


def _is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()


def _seconds() -> dict[str, float]:
    cases = ET.parse(KEPT / "times.xml").getroot().iter("testcase")  # noqa: S314 - pytest wrote it
    return {f"{case.get('file')}::{case.get('name')}": float(case.get("time", UNKNOWN)) for case in cases}


def _keep(name: str, value: object) -> None:
    (KEPT / f"{name}.json").write_text(json.dumps(value))


def _kept(name: str) -> dict[str, float]:
    kept: dict[str, float] = json.loads((KEPT / f"{name}.json").read_text())
    return kept


if __name__ == "__main__":
    measure(sys.argv[1:])
