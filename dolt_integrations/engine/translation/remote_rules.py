"""Rules that translate Dolt's messages about remotes, and the class of all such rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dolt_integrations.errors import (
    DoltError,
    LostRaceError,
    RemoteChangedError,
    RemoteError,
    RemoteUnreachableError,
    RevisionNotFoundError,
)


@dataclass(frozen=True)
class Rule:
    """One row of the table. It matches an error by its number or by any of the texts.

    Attributes:
        error: Our error class.
        codes: Error numbers of MySQL and its clients.
        texts: Patterns of the message.
        hint: What the user should do next.
    """

    error: type[DoltError]
    codes: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    hint: str | None = None

    def fits(self, code: int, message: str) -> bool:
        """Whether the rule matches an error."""
        return code in self.codes or any(_is_in(text, message) for text in self.texts)


def _is_in(text: str, message: str) -> bool:
    """Whether a message contains the parts of a pattern between `.*` in this order. Takes linear time."""
    at = 0
    for part in text.split(".*"):
        found = re.compile(part, re.IGNORECASE).search(message, at)
        if found is None:
            return False
        at = found.end()
    return True


REMOTE_RULES = (
    Rule(RevisionNotFoundError, texts=("fetch failed: invalid ref spec",)),
    Rule(
        RemoteError,
        texts=("must set DOLT_REMOTE_PASSWORD",),
        hint="The server reads DOLT_REMOTE_PASSWORD from its environment when it starts: set it for every "
        "process that uses the directory, or remove the remote's user.",
    ),
    Rule(
        RemoteError,
        texts=("code = Unauthenticated", "code = PermissionDenied", "API Authorization Failure", "invalid creds"),
        hint="Check the remote's user, DOLT_REMOTE_PASSWORD or `dolt creds`, and what that user may do there.",
    ),
    Rule(
        RemoteUnreachableError,
        texts=("code = (Unavailable|DeadlineExceeded)", "dial tcp", "i/o timeout", "TLS handshake timeout"),
        hint="Check that the remote is up and its URL is right. (The port is that of --remotesapi-port.)",
    ),
    Rule(
        RemoteChangedError,
        texts=("no chunkSource",),  # the manifest was read before a push replaced the files that it names
        hint="If no one is pushing, a file of the remote is missing: restore it, or push to a new remote.",
    ),
    Rule(
        RemoteError,
        texts=("default credentials", "refresh cached credentials"),
        hint="Set AWS_* or GOOGLE_APPLICATION_CREDENTIALS in the environment of the database's server.",
    ),
    Rule(
        RemoteError,
        texts=("target has uncommitted changes",),
        hint="That branch of the remote has uncommitted work: commit it there, or push with force=True.",
    ),
    Rule(
        RemoteError,
        texts=("shallow clone", "ghost commit", "shallow repository"),
        hint="The directory was cloned without its history, for a load. Remove it to clone it anew, or use another.",
    ),
    Rule(
        LostRaceError,
        texts=("failed to push some refs", "tip of your current branch is behind"),
        hint="Another client pushed first. Pull and push again.",
    ),
    Rule(
        LostRaceError,
        texts=("timed out reading database manifest",),  # a lock of the folder was not had in 0.1 s, see `busy`
        hint="Another process is writing to the remote's folder, or the machine is busy. Push again. "
        "(A server that has waited twice for that lock may never get it: restart it if this lasts.)",
    ),
    Rule(
        RemoteError,
        texts=(
            "could not access dolt url",
            "failed to (get|read latest version of) remote d",
            "unknown remote",
            "remote '.*' not found",
            "remote name invalid",
            "unknown url scheme",
            "contains no dolt data",
            "fetch failed",
        ),
        hint="Check the remote's URL.",
    ),
)
"""Rules for remotes. They are tried first, because their messages quote what the other server said."""
