"""Texts of others (names, values, messages) as HTML: escaped, on one line, bounded, without control characters."""

from __future__ import annotations

import html
import unicodedata

CELL = 100
"""Characters of a value that are shown."""

LINE = 240
"""Characters of a message, a query or a path that are shown."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that do not show, or that change how what follows them shows."""


def escaped(text: object, longest: int = CELL) -> str:
    r"""Return a text as HTML, cut after some characters.

    Characters that do not show, such as a zero or those that turn the direction of writing, are shown as their code.

    Example:
        >>> escaped("<b>\u202egnp</b>", 8)
        '&lt;b&gt;\\u202egnp&lt;…'
    """
    given = str(text)
    cut = given[:longest]
    shown = "".join(_shown(letter) for letter in " ".join(cut.split()))
    return html.escape(shown) + ("…" if len(given) > longest else "")


def _shown(letter: str) -> str:
    if letter.isascii() and letter.isprintable():
        return letter
    hidden = unicodedata.category(letter) in _HIDDEN
    return letter.encode("unicode_escape", "surrogatepass").decode() if hidden else letter


def number(value: int) -> str:
    """Return a number as people read it.

    Example:
        >>> number(2000000)
        '2,000,000'
    """
    return f"{value:,}"
