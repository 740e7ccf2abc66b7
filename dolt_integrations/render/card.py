"""`Card`: what is shown of a table, a version, a database, a diff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dolt_integrations.render.style import PAGE, STYLE
from dolt_integrations.render.texts import LINE, escaped

LONGEST = 400_000
"""Characters of a card. The parts have bounds of their own, which keep it far below."""


class Part(Protocol):
    """A part of a card."""

    def html(self) -> str:
        """Return it as HTML that needs nothing from elsewhere."""


@dataclass(frozen=True)
class Card:
    """A title and what is below it; a notebook shows it where an expression returns it.

    Attributes:
        title: What it is of.
        parts: One below the other.

    Example:
        >>> print(Card("users of <shop>", ()).html()[:18])
        <div class="dolt-c
    """

    title: str
    parts: tuple[Part, ...]

    def html(self) -> str:
        """Return the card as HTML for a part of a page: no script, nothing that is loaded from elsewhere."""
        body = f"<h3>{escaped(self.title, LINE)}</h3>"
        for part in self.parts:
            made = part.html()
            if len(body) + len(made) > LONGEST:
                body += '<p class="dolt-problem">The rest is too long to be shown.</p>'
                break
            body += made
        return f'<div class="dolt-card"><style>{STYLE}</style>{body}</div>'

    def page(self) -> str:
        """Return the card as an HTML document of its own."""
        head = f'<meta charset="utf-8"><title>{escaped(self.title, LINE)}</title><style>{PAGE}</style>'
        return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{self.html()}</body></html>'

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        """Show the title alone: the HTML is for a notebook."""
        return f"Card({self.title!r})"
