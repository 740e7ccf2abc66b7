"""Mutation testing: small changes to what decides what is written and read, and the tests that should notice.

    python scripts/mutate.py [--changes N] [--seed SEED] [--jobs N] [--seconds N] [--limit N] [FOLDER ...]

The changes are drawn in turn from the modules of some folders: by default the packages that decide what is written and
read; `dolt_integrations flytekitplugins flyteplugins` are all. Modules that have changed since the suite was measured
are left out. Half of the changes leave something out: a call, a lock, an error that is raised; the others are
cosmic-ray's operators (a comparison, a number, a condition, a loop, an exception class). They are made in copies of the
files that Git tracks. `covering.py` says which tests run the changed lines; of those, a minute's worth is run, until
one fails or the time limit ends them, and if none does, the others. What ended them has to pass without the change;
otherwise it noticed nothing. If the suite has not been measured yet, it is measured first.

Prints a line for each change and the score. A change that nothing notices is shown as a diff: either a test is missing,
or the change makes no difference to users.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from covering import KEPT, Covering, measure
from mutations import ROOT, Change, sample

sys.path.insert(0, str(ROOT))

from tests.helpers.warm import python

_TO_END = 20.0
"""Seconds that tests have to end after Ctrl-C."""

WRITTEN_AND_READ = (
    *(f"dolt_integrations/core/{each}/" for each in ("arrow", "branches", "columns", "files", "frames", "provenance")),
    *(f"dolt_integrations/core/{each}/" for each in ("reads", "remotes", "rows", "schemas", "transaction", "writes")),
    *(f"dolt_integrations/engine/{each}/" for each in ("sql", "tables", "versions")),
)
"""The packages that decide what is written and read."""

_LATE = "the time limit"
"""What notices a change with which the tests do not end."""


def main() -> int:
    """Run the changes; return 1 if more than one in ten went unnoticed."""
    arguments = parse()
    if not (KEPT / "modules.json").is_file():
        measure([])
    covering = Covering()
    names = [each for each in covering.unchanged() if each.startswith(tuple(arguments.folders))]
    changes = sample(names, arguments.changes, arguments.seed)
    tests = [tests_of(covering, change, arguments.seconds, arguments.more) for change in changes]
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        runs = Runs(Path(folder), list(zip(changes, tests, strict=True)), arguments.limit)
        unnoticed = runs.run(arguments.jobs)
    print(*(change.difference() for change in unnoticed), sep="\n")
    print(f"{len(changes) - len(unnoticed)} of {len(changes)} noticed, {runs.late} of them by the time limit")
    return int(len(unnoticed) * 10 > len(changes))


def tests_of(covering: Covering, change: Change, seconds: float, more: float) -> list[tuple[str, ...]]:
    """Return the tests of a change: those to run at first, and those to run if it is not noticed."""
    first = covering.tests(change.module, change.lines, seconds)
    every = covering.tests(change.module, change.lines, seconds + more, most=sys.maxsize)
    return [first, tuple(test for test in every if test not in first)]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="*", default=WRITTEN_AND_READ, help="or modules, as the project has them")
    parser.add_argument("--changes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="changes that are tested at a time")
    parser.add_argument("--seconds", type=float, default=60, help="how long the tests of a change take without it")
    parser.add_argument("--more", type=float, default=600, help="how long the other tests take that run its lines")
    parser.add_argument("--limit", type=float, default=300, help="seconds after which a change counts as noticed")
    return parser.parse_args()


class Runs:
    """The runs of the tests, each job in a copy of its own."""

    def __init__(self, folder: Path, changes: list[tuple[Change, list[tuple[str, ...]]]], limit: float) -> None:
        """Prepare them."""
        self._folder, self._limit, self._python = folder, limit, python()
        self._changes: queue.Queue[tuple[Change, list[tuple[str, ...]]]] = queue.Queue()
        for change in changes:
            self._changes.put(change)
        self._unnoticed: list[Change] = []
        self.late = 0

    def run(self, jobs: int) -> list[Change]:
        """Test all changes; return those that nothing noticed."""
        threads = [
            threading.Thread(target=self._work, args=(copied(self._folder / f"copy{at}"),)) for at in range(jobs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._unnoticed

    def _work(self, copy: Path) -> None:
        while True:
            try:
                change, tests = self._changes.get_nowait()
            except queue.Empty:
                return
            by = next(filter(None, (self._noticed(copy, change, each, at) for at, each in enumerate(tests))), None)
            print(f"{f'noticed by {by}' if by else 'UNNOTICED'}  {change.module}  {change}", flush=True)
            self.late += by == _LATE
            if not by:
                self._unnoticed.append(change)

    def _noticed(self, copy: Path, change: Change, tests: tuple[str, ...], others: int) -> str | None:
        """Return what notices the change: the test that fails, or what else happens."""
        limit = self._limit * (1 + 10 * others)
        while tests:
            (copy / change.module).write_text(change.code)
            try:
                failed = self._failed(copy, tests, limit)
            finally:
                shutil.copyfile(ROOT / change.module, copy / change.module)
            if failed is None or self._failed(copy, (failed,) if "::" in failed else tests, limit) is None:
                return failed
            print(f"{failed}, without any change of {change.module}", file=sys.stderr)
            if "::" not in failed:
                return None
            tests = tuple(test for test in tests if test != failed)
        return None

    def _failed(self, copy: Path, tests: tuple[str, ...], limit: float) -> str | None:
        """Run tests until one fails. Return its name, what else went wrong, or None."""
        command = [self._python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
        with subprocess.Popen(  # noqa: S603 - the tests
            command, cwd=copy, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as running:
            try:
                printed, _ = running.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGINT)  # so that the servers of the tests end
                try:
                    running.communicate(timeout=_TO_END)
                except subprocess.TimeoutExpired:
                    running.terminate()
                return _LATE
        if running.returncode == 0:
            return None
        missing = re.search(rf"^ERROR: not found: {re.escape(str(copy))}/(\S+::.+)$", printed, re.MULTILINE)
        found = missing or re.search(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$", printed, re.MULTILINE)
        return found[1] if found else "tests that cannot run"


def copied(folder: Path) -> Path:
    """Copy the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


if __name__ == "__main__":
    sys.exit(main())
