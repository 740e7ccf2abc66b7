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


_NARROW, _WIDE = set("fijlrtI.,:;'|![]()/- "), set("mwMW@%<>=+_")


def width_of(text: str, size: float = 12) -> float:
    """Return about how many pixels a text takes, rather too many: fonts differ.

    Args:
        text: The text.
        size: Of the letters, in pixels.

    Example:
        >>> width_of("ill") < width_of("box") < width_of("WWW")
        True
    """
    units = (0.4 if each in _NARROW else 1.0 if each in _WIDE or not each.isascii() else 0.65 for each in text)
    return size * sum(units)


def number(value: int) -> str:
    """Return a number as people read it.

    Example:
        >>> number(2000000)
        '2,000,000'
    """
    return f"{value:,}"
