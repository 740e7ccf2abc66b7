"""`Card`: an HTML summary of a table, a version, a database or a diff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dolt_integrations.render.style import PAGE, STYLE
from dolt_integrations.render.texts import LINE, escaped

LONGEST = 400_000
"""The maximum length of a card in characters. The limits of its parts keep it far below."""


class Part(Protocol):
    """A part of a card."""

    def html(self) -> str:
        """Return the part as HTML without external resources."""


@dataclass(frozen=True)
class Card:
    """A title with parts below it. A notebook displays it as the value of an expression.

    Attributes:
        title: What the card shows, for example a table's name.
        parts: The parts, from top to bottom.

    Example:
        >>> print(Card("users of <shop>", ()).html()[:18])
        <div class="dolt-c
    """

    title: str
    parts: tuple[Part, ...]

    def html(self) -> str:
        """Return the card as an HTML fragment without scripts and external resources."""
        body = f"<h3>{escaped(self.title, LINE)}</h3>"
        for part in self.parts:
            made = part.html()
            if len(body) + len(made) > LONGEST:
                body += '<p class="dolt-problem">The rest is too long to be shown.</p>'
                break
            body += made
        return f'<div class="dolt-card"><style>{STYLE}</style>{body}</div>'

    def page(self) -> str:
        """Return the card as a complete HTML document."""
        head = f'<meta charset="utf-8"><title>{escaped(self.title, LINE)}</title><style>{PAGE}</style>'
        return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{self.html()}</body></html>'

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        """Return the title only; the HTML is for a notebook."""
        return f"Card({self.title!r})"
