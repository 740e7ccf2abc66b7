"""Passwords that are looked up only when a session is opened, in files or in a workflow manager's secrets."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dolt_integrations.engine.names.cluster import is_secret_path
from dolt_integrations.errors import ConfigError

PASSWORD_VARIABLE = "DOLT_CLI_PASSWORD"  # noqa: S105 - the variable's name; Dolt's own clients read it too


@dataclass(frozen=True)
class Credentials:
    """Whom to log in as.

    Attributes:
        user: None for the user that the URL names.
        password: None for the password that would be used otherwise.

    Example:
        >>> Credentials(user="flyte", password="secret")
        Credentials(...)
    """

    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Show nothing, because objects of this class appear in the frames of tracebacks."""
        return "Credentials(...)"


CredentialSource: TypeAlias = Callable[[], Credentials]
"""Looks up the credentials when a session is opened. Raises ConfigError if there are none."""


def from_variable(variable: str) -> str | CredentialSource:
    """Return the password in an environment variable, or a function that reads it from the file named there.

    Where secrets are mounted as files, the variable has the file's path.
    """
    value = os.environ.get(variable, "")
    return functools.partial(_from_file, Path(value), variable) if is_file(value) else value


def is_file(text: str) -> bool:
    """Whether a string is the absolute path of a file, or of a secret that should be mounted there."""
    try:
        return is_secret_path(text) or (text.startswith("/") and Path(text).is_file())
    except (OSError, ValueError):  # longer than any path, or with a NUL
        return False


def read_secret_file(path: Path, what: str) -> str:
    """Return the content of a mounted secret, without the trailing newline that editors add.

    Raises:
        ConfigError: It cannot be read, or is empty.
    """
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        hint = (
            "Check that the secret exists where the task runs, and has that key." if is_secret_path(str(path)) else None
        )
        raise ConfigError(f"{what} names the file {path}, which cannot be read: {said}", hint=hint) from None
    if not text:
        raise ConfigError(f"{what} names the file {path}, which is empty", hint="Check that the secret has a value.")
    return text


def _from_file(path: Path, variable: str) -> Credentials:
    return Credentials(password=read_secret_file(path, variable))
