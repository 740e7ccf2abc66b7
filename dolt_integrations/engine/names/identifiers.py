"""Names in SQL: quoting them, and refusing those that Dolt does not accept."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from dolt_integrations.errors import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_IDENTIFIER = 64
"""Bytes of UTF-8 in a table or column name. MySQL counts characters; Dolt 1.83 refuses 33 times `é` (66 bytes)."""


def quote(name: str) -> str:
    """Quote a database, table or column name.

    Example:
        >>> quote("a`b")
        '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def is_commit_hash(text: str) -> bool:
    """Whether a string has the form of a full commit hash: 32 digits of base 32 (Dolt source, `store/hash`).

    Example:
        >>> is_commit_hash("np2l4f9lq4g5bpl3ghjhbgfo3lv3plkt")
        True
    """
    return re.fullmatch("[0-9a-v]{32}", text) is not None


def check_table_name(name: str) -> None:
    """Refuse a table name that Dolt would refuse later, or that it reserves.

    Raises:
        InvalidNameError: Empty, too long, ending in a space, not in Unicode's basic plane, or `dolt_...`.

    Example:
        >>> check_table_name("users")
    """
    if not isinstance(name, str):
        raise InvalidNameError(f"table name {name!r} is not a string", hint="Choose another name.")
    problem = _problem(name) or _table_problem(name)
    if problem:
        raise InvalidNameError(f"table name {name!r} {problem}", hint="Choose another name.")


def _table_problem(name: str) -> str | None:
    if name.lower().startswith("dolt_"):
        return "begins with `dolt_`, which Dolt reserves for its system tables"
    if name == ".":
        return "means all tables to `dolt add`"
    if name[-1].isspace():
        return "ends in a space"
    if any(letter > "\uffff" for letter in name):
        return "has a character beyond U+FFFF, which Dolt allows only in column names"
    return None


_NO_BRANCH = re.compile(
    r"\A(|HEAD|-.*|@|refs/.*|[0-9a-v]{32})\Z|[\x00-\x20\x7f:?\[\\^~*]|[^\x00-\x7f]|\.\.|@\{|//|\A/|/\Z|\.\Z|(\A|/)\.|\.lock(/|\Z)",
    re.IGNORECASE,
)
"""Names that Dolt does not give to a branch (Dolt source, `ref.IsValidBranchName`, `datas.ValidateDatasetId`).

Of `refs/heads/run` it makes a branch `run`, and its server ends when it is asked for `refs/remotes/run` (1.83).
"""


def check_branch_name(name: str) -> None:
    """Refuse the name of a new branch that Dolt would refuse, or could not find again.

    Raises:
        InvalidNameError: Empty, `HEAD`, like a commit or an option, not ASCII, or with characters of revisions.

    Example:
        >>> check_branch_name("run/2024.1")
    """
    if _NO_BRANCH.search(name):
        raise InvalidNameError(
            f"branch name {name!r} is not valid in Dolt",
            hint="Use letters, digits, `-`, `_` and single `/` or `.` between them, and not `refs/` first.",
        )


def check_column_names(names: Iterable[str], *, table: str) -> None:
    """Refuse column names that Dolt would refuse, or that it takes for one another.

    Raises:
        InvalidNameError: Naming the table and the column.
    """
    seen: dict[str, str] = {}
    for name in names:
        problem = _problem(name)
        folded = _folded(name)
        if folded in seen:
            problem = _clash(name, seen[folded])
        if problem:
            raise InvalidNameError(f"column {name!r} of table `{table}` {problem}", hint="Rename the column.")
        seen[folded] = name


def _folded(name: str) -> str:
    """Return what is equal for two names that Dolt confuses: in a query it compares by Go's `strings.EqualFold`.

    That also equates letters whose lower case differs, such as the micro sign and the Greek mu. Dolt creates a table
    with both as columns, and then answers each read with "ambiguous column name".
    """
    return name.lower() if name.isascii() else "".join(map(_folded_letter, name))


def _folded_letter(letter: str) -> str:
    folded = letter.casefold()
    return folded if len(folded) == 1 else letter.lower()[0]


def _clash(name: str, other: str) -> str:
    if name == other:
        return "appears twice"
    if name.lower() == other.lower():
        return f"differs from column {other!r} only in case, which Dolt ignores"
    return f"has letters that Dolt does not tell from those of column {other!r} ({name!a} and {other!a})"


def _problem(name: str) -> str | None:
    if not name:
        return "is empty"
    if not is_unicode(name) or "\0" in name:
        return "has a character that Dolt does not allow in a name (NUL, or half of a surrogate pair)"
    if len(name.encode()) > MAX_IDENTIFIER:
        return f"has {len(name.encode())} bytes of UTF-8; Dolt allows at most {MAX_IDENTIFIER}"
    return None


def is_unicode(text: str) -> bool:
    """Whether a string has no half of a surrogate pair, so that it can be sent in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_LONGEST = 200
"""Characters of a name that are compared with others: the time grows with their square."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Suggest the known names that look like `name`, for the hint of an error.

    Example:
        >>> nearest("user", ["users", "orders"])
        'Did you mean `users`?'
        >>> nearest("x", []) is None
        True
    """
    names = sorted(found for found in set(known) if len(found) <= _LONGEST)
    in_case = [found for found in names if found.lower() == name.lower()]
    close = in_case or (difflib.get_close_matches(name, names, n=3, cutoff=0.5) if len(name) <= _LONGEST else [])
    if close:
        return f"Did you mean {' or '.join(f'`{found}`' for found in close)}?"
    if names:
        shown = ", ".join(f"`{known_name}`" for known_name in names[:10])
        return f"Available: {shown}{', ...' if len(names) > 10 else ''}."
    return None
