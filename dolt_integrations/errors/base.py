"""The root of the errors: what each of them says and keeps."""

from __future__ import annotations

from typing import Any, ClassVar

from dolt_integrations.recognised import plain, recognised

LONGEST_TEXT = 4_000
"""Characters of an error's message. Names, queries and what a server says come from others, in any length."""


def shortened(text: str) -> str:
    """Return a text that is fit for an error or a log: its beginning and its end, where it is long.

    Example:
        >>> len(shortened("x" * 10_000_000)) <= LONGEST_TEXT
        True
    """
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[: LONGEST_TEXT - 1_000]} ... ({len(text)} characters) ... {text[-900:]}"


class DoltError(Exception):
    """The root of the tree.

    Attributes:
        hint: What to do next.
        is_transient: Whether another attempt, somewhat later and without any change, may succeed.

    Args:
        message: What happened, and where.
        hint: What to do next.

    Example:
        >>> str(DoltError("no table `a` on branch `main`", hint="Save it first."))
        'no table `a` on branch `main`. Save it first.'
    """

    is_transient: ClassVar[bool] = False

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        """Make it of a class that workflow managers recognise as well, if it is transient."""
        return super().__new__(recognised(cls), *arguments)

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Join the message and the hint into the text of the error, both cut where they are long."""
        message, hint = shortened(message), shortened(hint) if hint else hint
        super().__init__(f"{message}. {hint}" if hint else message)
        self.hint = hint

    def __str__(self) -> str:
        """Return the text alone, whatever a workflow manager's class would make of it."""
        return Exception.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the finished text, so that nothing is joined twice, and by a class that each process has."""
        return (rebuilt, (plain(type(self)), self.args, self.__dict__))


def rebuilt(cls: type[DoltError], args: tuple[Any, ...], state: dict[str, Any]) -> DoltError:
    """Return an error with a finished text, and what is kept beside it."""
    error: DoltError = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
