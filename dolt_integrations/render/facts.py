"""The small parts of a card: named facts, a note, a problem."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.render.texts import LINE, escaped

MOST = 20
"""The maximum number of values that are shown of one fact."""


@dataclass(frozen=True)
class Facts:
    """Names with values.

    Attributes:
        items: Names with one or several values each. A name without a value is left out.
    """

    items: tuple[tuple[str, str | tuple[str, ...] | None], ...]

    def html(self) -> str:
        """Return a description list."""
        rows = [f"<dt>{escaped(name)}</dt><dd>{_value(value)}</dd>" for name, value in self.items if value]
        return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _value(value: str | tuple[str, ...]) -> str:
    values = (value,) if isinstance(value, str) else value
    lines = [escaped(each, LINE) for each in values[:MOST]]
    if len(values) > MOST:
        lines.append(f"and {len(values) - MOST:,} more")
    return "<br>".join(lines)


@dataclass(frozen=True)
class Note:
    """A sentence."""

    text: str

    def html(self) -> str:
        """Return a paragraph."""
        return f'<p class="dolt-quiet">{escaped(self.text, 2 * LINE)}</p>'


@dataclass(frozen=True)
class Problem:
    """A message about a missing part of a card."""

    text: str

    def html(self) -> str:
        """Return a paragraph that stands out."""
        return f'<p class="dolt-problem" role="note">{escaped(self.text, 4 * LINE)}</p>'
