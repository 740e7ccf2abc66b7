"""`CommitInfo`: the message and author of a commit."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.engine import Author


@dataclass(frozen=True)
class CommitInfo:
    """A commit's metadata.

    Attributes:
        message: The message, including trailers.
        author: The author.
    """

    message: str
    author: Author
