"""Logging each save and load in one line, and tracing it if the program uses OpenTelemetry."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import closing, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from contextlib import AbstractContextManager

    import pandas as pd

logger = logging.getLogger(__name__)


@dataclass
class Observation:
    """What is known so far about a save or a load.

    Attributes:
        facts: Values of `table` or `tables`, `query`, `branch`, `commit`, `rows`, `from_cache`, `changed`, by name.
    """

    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, **facts: Any) -> None:
        """Add facts."""
        self.facts.update(facts)


_CURRENT: ContextVar[Observation | None] = ContextVar("observation", default=None)


def note(**facts: Any) -> None:
    """Add facts about the current save or load. Does nothing outside of one."""
    observation = _CURRENT.get()
    if observation is not None:
        observation.note(**facts)


@contextmanager
def observed(kind: str, database: str, *, since: float | None = None, **facts: Any) -> Iterator[Observation]:
    """Log a block that saves or loads when it has succeeded, with its duration in seconds.

    Args:
        kind: `save` or `load`.
        database: The database's location, without a password.
        since: The start, as of `time.monotonic()`. None is now.
        **facts: What is known at the start.
    """
    observation, start = Observation(dict(facts)), time.monotonic() if since is None else since
    token = _CURRENT.set(observation)
    try:
        with _span(f"dolt.{kind}") as span:
            yield observation
            _describe(span, database, observation.facts)
    finally:
        _CURRENT.reset(token)
    logger.info("%s", _line(kind, database, observation.facts, time.monotonic() - start))


def observed_batches(
    frames: Generator[pd.DataFrame, None, None], database: str, observation: Observation
) -> Iterator[pd.DataFrame]:
    """Yield the frames of a load, and log it when it ends or is abandoned. Only the time spent loading counts.

    This is not a context manager, because the caller's own code runs between two frames.

    Args:
        frames: The frames.
        database: The database's location, without a password.
        observation: What is known about the load.
    """
    seconds, rows = 0.0, 0
    with closing(frames):
        try:
            while True:
                start = time.monotonic()
                frame = next(frames, None)
                seconds += time.monotonic() - start
                if frame is None:
                    break
                rows += len(frame)
                yield frame
        except GeneratorExit:
            observation.note(is_part=True)
            raise
        finally:
            observation.note(rows=rows)
            if sys.exc_info()[0] in (None, GeneratorExit):
                logger.info("%s", _line("load", database, observation.facts, seconds))


def _line(kind: str, database: str, facts: dict[str, Any], seconds: float) -> str:
    """Return the line to log.

    Example:
        >>> _line("load", "foo", {"table": "t", "branch": "main", "commit": "abc", "rows": 2, "from_cache": True}, 0.1)
        'loaded table t on main of foo at commit abc: 2 rows in 0.100 s, from the cache'
    """
    what = f"table {facts['table']}" if facts.get("table") else "the result of a query"
    if "tables" in facts:
        what = f"tables {', '.join(facts['tables'])}" if facts["tables"] else "nothing"
    branch = f" on {facts['branch']}" if facts.get("branch") else ""
    rows = f"{facts['rows']} rows in " if facts.get("rows") is not None else ""
    notes = [", from the cache"] if facts.get("from_cache") and kind == "load" else []
    notes += [", and no more was asked for"] if facts.get("is_part") else []
    notes += [", no change"] if facts.get("changed") is False else []
    verb = "saved" if kind == "save" else "loaded"
    where = f"{verb} {what}{branch} of {database} at commit {facts.get('commit')}"
    return f"{where}: {rows}{seconds:.3f} s{''.join(notes)}"


def _span(name: str) -> AbstractContextManager[Any]:
    """Return a span of the program's tracer, if the program has imported OpenTelemetry."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return nullcontext()
    tracer: Any = trace.get_tracer("dolt_integrations")
    return tracer.start_as_current_span(name)  # type: ignore[no-any-return]


def _describe(span: Any, database: str, facts: dict[str, Any]) -> None:
    """Set the attributes of a span, with OpenTelemetry's names for databases as far as they exist."""
    if span is None:
        return
    known = {
        "db.system": "dolt",
        "db.name": database,
        "db.collection.name": facts.get("table") or ", ".join(facts.get("tables") or ()) or None,
        "dolt.branch": facts.get("branch"),
        "dolt.commit": facts.get("commit"),
        "dolt.rows": facts.get("rows"),
        "dolt.from_cache": facts.get("from_cache"),
        "dolt.changed": facts.get("changed"),
    }
    for name, value in known.items():
        if value is not None:
            span.set_attribute(name, value)
