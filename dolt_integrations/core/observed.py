"""One line in the log for each save and load, and a span where the program traces with OpenTelemetry."""

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
    """What is known of a save or a load by now.

    Attributes:
        facts: By name: `table` or `tables`, `query`, `branch`, `commit`, `rows`, `from_cache`, `changed`.
    """

    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, **facts: Any) -> None:
        """Add what has become known."""
        self.facts.update(facts)


_CURRENT: ContextVar[Observation | None] = ContextVar("observation", default=None)


def note(**facts: Any) -> None:
    """Add to what is known of the save or load that goes on; nothing outside of one."""
    observation = _CURRENT.get()
    if observation is not None:
        observation.note(**facts)


@contextmanager
def observed(kind: str, database: str, *, since: float | None = None, **facts: Any) -> Iterator[Observation]:
    """Log a block that saves or loads when it has ended well, with the seconds that it took.

    Args:
        kind: `save` or `load`.
        database: Where, without a password.
        since: When it began, by the monotonic clock; None is now.
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
    """Hand on the frames of a load, and log it when it has ended, or nobody wants more of it; the reader's time counts.

    Not a block, because what runs between two frames is the reader's caller's.

    Args:
        frames: What is loaded.
        database: Where, without a password.
        observation: What the load notes.
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
    """Return what the log says.

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
    """Return a span of the program's tracer.

    A program that traces has imported OpenTelemetry; of one that has not, nothing is imported for this.
    """
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return nullcontext()
    tracer: Any = trace.get_tracer("dolt_integrations")
    return tracer.start_as_current_span(name)  # type: ignore[no-any-return]


def _describe(span: Any, database: str, facts: dict[str, Any]) -> None:
    """Give a span its attributes, named as OpenTelemetry names those of databases where it does."""
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
