"""The small parts of a card: facts by name, a note, a problem."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.render.texts import LINE, escaped

MOST = 20
"""Values that are shown of one fact."""


@dataclass(frozen=True)
class Facts:
    """Names with values.

    Attributes:
        items: A name, and its value or several; a fact without a value is left out.
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
    """Why something is missing in a card."""

    text: str

    def html(self) -> str:
        """Return a paragraph that stands out."""
        return f'<p class="dolt-problem" role="note">{escaped(self.text, 4 * LINE)}</p>'
