"""Tags: fixed names of commits, which also protect the commits from garbage collection."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import maybe, text, timestamp

if TYPE_CHECKING:
    from dolt_integrations.engine.names.author import Author
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class Tag:
    """A tag, as `dolt tag -v` shows it.

    Attributes:
        date: When the tag was created, in UTC.
    """

    name: str
    commit: str
    date: datetime.datetime
    tagger: str
    message: str


def find_tags(connection: Connection) -> dict[str, Tag]:
    """Return all tags by name."""
    statement = "SELECT tag_name, tag_hash, date, tagger, message FROM dolt_tags ORDER BY tag_name"
    kinds = (text, text, timestamp, maybe(text), maybe(text))
    found = connection.rows(statement, kinds=kinds)
    return {name: Tag(name, commit, date, tagger or "", said or "") for name, commit, date, tagger, said in found}


def create_tag(connection: Connection, name: str, commit: str, message: str, author: Author) -> None:
    """Tag a commit.

    Raises:
        QueryError: There is a tag with that name.
    """
    statement = "CALL DOLT_TAG('-m', %s, '--author', %s, %s, %s)"
    connection.execute(statement, (message, str(author), name, commit))


def delete_tag(connection: Connection, name: str) -> None:
    """Delete a tag. Its commit stays as long as a branch or another tag leads to it."""
    connection.execute("CALL DOLT_TAG('-d', %s)", (name,))


def tags(connection: Connection) -> dict[str, str]:
    """Return every tag with its commit."""
    return dict(connection.rows("SELECT tag_name, tag_hash FROM dolt_tags", kinds=(text, text)))
