"""The origin of a commit: Kedro's run, pipeline and node, and what the node read."""

from __future__ import annotations

import re
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from dolt_integrations.adapters import trailer_values, trailers_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PREFIX = "Kedro run: "
"""The prefix of the first line of a run's commits, before the run's id."""

_PROJECT, _PIPELINE, _NODE, _GIT = "Kedro-Project", "Kedro-Pipeline", "Kedro-Node", "Git-Commit"
_INPUT, _OUTPUT = "Kedro-Input", "Kedro-Output"


@dataclass(frozen=True)
class Run:
    """A run of a pipeline.

    Attributes:
        id: The run's id, which is a timestamp.
        project: The folder's name of the Kedro project.
        pipeline: The names of the pipelines, with commas.
        git_commit: Of the project's code, with ` (modified)` where files differ from it; None without Git.
    """

    id: str
    project: str | None = None
    pipeline: str | None = None
    git_commit: str | None = None


@dataclass(frozen=True)
class Output:
    """A table that a node wrote: the name of the dataset, the table and the node."""

    dataset: str
    table: str
    node: str

    def __str__(self) -> str:
        """Return what stands in the commit's message."""
        return f"{_word(self.dataset)} {_word(self.table)} {self.node}"


@dataclass(frozen=True)
class Input:
    """A table or query that a node read: the name of the dataset, the commit, the table, the database, the node."""

    dataset: str
    commit: str
    table: str
    database: str
    node: str

    def __str__(self) -> str:
        """Return what stands in the message of the commits that the node makes."""
        return " ".join([*map(_word, (self.dataset, self.commit, self.table, self.database)), self.node])


@dataclass(frozen=True)
class Origin:
    """The role of a dataset in a run.

    Attributes:
        run: The run.
        dataset: Its name in the catalog.
        node: The node that saves it; None for one that is only loaded.
        inputs: The datasets that this node loads.
    """

    run: Run
    dataset: str
    node: str | None = None
    inputs: tuple[str, ...] = ()

    def inputs_read(self) -> list[Input]:
        """Return the inputs from Dolt databases that the node that saves the dataset has read."""
        with _lock:
            read = {name: _READ[self.run.id, name] for name in self.inputs if (self.run.id, name) in _READ}
        return [Input(name, *version, self.node or "") for name, version in read.items()]


_READ: dict[tuple[str, str], tuple[str, str, str]] = {}
"""The last reads of the datasets in this process: commit, table and database, by run and dataset."""

_lock = threading.Lock()


def note_read(origin: Origin, commit: str, table: str, database: str) -> None:
    """Record the version that a dataset of a run has read."""
    with _lock:
        _READ[origin.run.id, origin.dataset] = (commit, table, database)


def forget_reads(run: Run) -> None:
    """Discard the records of a run that has ended."""
    with _lock:
        for key in [key for key in _READ if key[0] == run.id]:
            del _READ[key]


def message_of(run: Run, outputs: Iterable[Output], inputs: Iterable[Input], notes: Iterable[str] = ()) -> str:
    """Return the message of a commit of a run.

    Args:
        run: The run.
        outputs: What it wrote.
        inputs: What the nodes that wrote it had read.
        notes: What the catalog says of the datasets: the `message` of their `save_args`.

    Example:
        >>> run = Run("2026-11-26T05.41.00.123Z", "shop", "__default__")
        >>> print(message_of(run, [Output("orders", "orders", "sell")], []))
        Kedro run: 2026-11-26T05.41.00.123Z
        <BLANKLINE>
        Kedro-Project: shop
        Kedro-Pipeline: __default__
        Kedro-Node: sell
        Kedro-Output: orders orders sell
    """
    outputs = list(outputs)
    nodes = dict.fromkeys(output.node for output in outputs)
    trailers = [(_PROJECT, run.project), (_PIPELINE, run.pipeline), *((_NODE, node) for node in nodes)]
    trailers += [*((_OUTPUT, str(output)) for output in outputs), *((_INPUT, str(each)) for each in inputs)]
    trailers.append((_GIT, run.git_commit))
    lines = [f"{name}: {' '.join(value.split())}" for name, value in dict.fromkeys(trailers) if value]
    body = [line for note in dict.fromkeys(notes) for line in ("", note.strip())]
    return "\n".join([f"{PREFIX}{run.id}", *body, *(["", *lines] if lines else [])])


def run_of(message: str) -> Run | None:
    """Return the Kedro run that a commit's message names, or None."""
    if not message.startswith(PREFIX):
        return None
    trailers = trailers_of(message)
    first = message.splitlines()[0].removeprefix(PREFIX)
    return Run(first.strip(), trailers.get(_PROJECT), trailers.get(_PIPELINE), trailers.get(_GIT))


def outputs_in(message: str) -> list[Output]:
    """Return the outputs of the run that a commit's message names."""
    return [Output(*words) for value in trailer_values(message, _OUTPUT) if (words := _words(value, 3))]


def inputs_in(message: str) -> list[Input]:
    """Return the inputs of the run's nodes that a commit's message names."""
    return [Input(*words) for value in trailer_values(message, _INPUT) if (words := _words(value, 5))]


def _word(text: str) -> str:
    return quote_plus(text, safe="/:@.,*()=<>'`-_&#")


def _words(value: str, count: int) -> list[str]:
    """Return the words of a trailer, of which the last is a node's name; none where there are fewer."""
    *words, node = value.split(" ", count - 1)
    return [*map(unquote_plus, words), node] if len(words) == count - 1 else []


def git_commit(folder: Path) -> str | None:
    """Return the commit of the code in a folder, and whether files differ from it; None where Git does not know."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None or not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        return None
    return f"{commit} (modified)" if _git(folder, "status", "--porcelain", "--untracked-files=no") else commit


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
