"""Untrusted strings (names, values, messages) as HTML: escaped, on one line, shortened, without control characters."""

from __future__ import annotations

import html
import unicodedata

CELL = 100
"""The maximum length of a value in characters."""

LINE = 240
"""The maximum length of a message, a query or a path in characters."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that are invisible, or that change how the following characters are displayed."""


def escaped(text: object, longest: int = CELL) -> str:
    r"""Return a string as HTML, shortened to a number of characters.

    Invisible characters, such as NUL or those that change the direction of writing, are replaced by their escape code.

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
    return letter.encode("unicode_escape").decode() if hidden else letter


_NARROW, _WIDE = set("fijlrtI.,:;'|![]()/- "), set("mwMW@%<>=+_")


def width_of(text: str, size: float = 12) -> float:
    """Return an upper estimate of a string's width in pixels.

    Args:
        text: The string.
        size: The font size in pixels.

    Example:
        >>> width_of("ill") < width_of("box") < width_of("WWW")
        True
    """
    units = (0.4 if each in _NARROW else 1.0 if each in _WIDE or not each.isascii() else 0.65 for each in text)
    return size * sum(units)


def number(value: int) -> str:
    """Return a number with thousands separators.

    Example:
        >>> number(2000000)
        '2,000,000'
    """
    return f"{value:,}"
