"""The base class of all errors: its message, its hint and how it is pickled."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from dolt_integrations.retried_errors import class_to_raise, own_class

LONGEST_TEXT = 4_000
"""The most characters in an error's message. Names, queries and server messages can have any length."""


_VOWEL = re.compile("[aeio]|u(?!ni|uid|int)", re.IGNORECASE)


def shortened(text: str) -> str:
    """Shorten a long string for an error or a log to its beginning and its end.

    Example:
        >>> len(shortened("x" * 10_000_000)) <= LONGEST_TEXT
        True
    """
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[: LONGEST_TEXT - 1_000]} ... ({len(text)} characters) ... {text[-900:]}"


def with_article(name: str) -> str:
    """Return the name of a class or kind with its article.

    Example:
        >>> with_article("int"), with_article("DataFrame"), with_article("UUID")
        ('an int', 'a DataFrame', 'a UUID')
    """
    return f"{'an' if _VOWEL.match(name) else 'a'} {name}"


class DoltError(Exception):
    """The base class of all errors that this project raises.

    Attributes:
        hint: What to do next, or None.
        is_transient: Whether the same operation may succeed when it is tried again later.

    Args:
        message: What happened, and where.
        hint: What to do next.

    Example:
        >>> str(DoltError("no table `a` on branch `main`", hint="Save it first."))
        'no table `a` on branch `main`. Save it first.'
    """

    is_transient: ClassVar[bool] = False

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        """Use a class that workflow managers also recognise as theirs, if the error is transient."""
        return super().__new__(class_to_raise(cls), *arguments)

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Join the message and the hint, both shortened if they are long."""
        message, hint = shortened(message), shortened(hint) if hint else hint
        super().__init__(f"{message}. {hint}" if hint else message)
        self.hint = hint

    def __str__(self) -> str:
        """Return the text, ignoring a `__str__` that a workflow manager's class may add."""
        return Exception.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the joined text, so that it is not joined twice, and a class that every process can import."""
        return (rebuilt, (own_class(type(self)), self.args, self.__dict__))


def rebuilt(cls: type[DoltError], args: tuple[Any, ...], state: dict[str, Any]) -> DoltError:
    """Return an error with a joined text and its attributes, as `pickle` restores it."""
    error: DoltError = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
