"""Giving a shallow clone its history: exchanged for a full one, because `dolt fetch` has no `--unshallow`.

Only where that loses nothing: nobody uses the directory, all is committed, and the remote has every commit of it.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.server.clone import CLONE_TIMEOUT, REPLACED, UNFINISHED, is_shallow, remove_tree
from dolt_integrations.engine.server.dolt import clone_database, find_dolt, quiet_environment
from dolt_integrations.engine.server.guard import sole_use
from dolt_integrations.engine.server.ownership import check_ownership
from dolt_integrations.engine.server.private import running_server
from dolt_integrations.errors import ServerError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.engine.server.dolt import Source

logger = logging.getLogger(__name__)

_KEPT = ("repo_state.json", "config.json")
"""What says which branch is checked out, which remotes there are, and who the author is."""


def deepen(path: Path, source: Source, *, timeout: float = CLONE_TIMEOUT) -> bool:
    """Exchange a shallow clone for a full one, its branches and settings kept.

    Args:
        path: The database's directory.
        source: What it is a clone of.
        timeout: Seconds to wait for another process that does the same.

    Returns:
        Whether the directory has its history now. Not so where somebody uses it, or it has work that is not pushed.

    Raises:
        RemoteError: The remote cannot be reached, or refuses.
        StorageError: The directory cannot be written.
        UnsafeDirectoryError: It is another user's.
    """
    check_ownership(path)
    try:
        with sole_use(path, timeout) as runtime:
            return not is_shallow(path) or _deepen(path, source, runtime)
    except OSError as error:
        raise StorageError(f"cannot exchange the shallow clone in {path}: {error}") from error


def _deepen(path: Path, source: Source, root: Path) -> bool:
    reason = "it is in use" if running_server(path) else _unpushed(path, root)
    full = path / f"{UNFINISHED}{secrets.token_hex(4)}"
    try:
        if reason is None and clone_database(source, full, root):
            branches = {row["name"]: row["hash"] for row in _rows(path, root, "SELECT name, hash FROM dolt_branches")}
            reason = _take_branches(full, root, branches)
        if reason is None:
            _exchange(path, full)
    finally:
        remove_tree(full)
    logger.info("%s is a shallow clone; %s", path, f"{reason}, so it stays one" if reason else "cloned it anew")
    return reason is None


def _unpushed(path: Path, root: Path) -> str | None:
    """Return what a clone would not have, as far as the directory alone tells."""
    if _rows(path, root, "SELECT name FROM dolt_branches WHERE dirty"):
        return "it has uncommitted work"
    if _rows(path, root, "SELECT tag_name FROM dolt_tags") or _rows(path, root, "SELECT name FROM dolt_stashes"):
        return "it has tags or stashes of its own"
    return None


def _take_branches(full: Path, root: Path, branches: dict[str, str]) -> str | None:
    """Make the branches that the full clone does not have yet; return why that cannot be."""
    commits = ", ".join(_text(commit) for commit in set(branches.values()))
    found = _rows(full, root, f"SELECT commit_hash FROM dolt_commits WHERE commit_hash IN ({commits})")
    if {row["commit_hash"] for row in found} != set(branches.values()):
        return "it has commits that are not pushed"
    known = {row["name"] for row in _rows(full, root, "SELECT name FROM dolt_branches")}
    for name, commit in branches.items():
        if name not in known:
            _rows(full, root, f"CALL DOLT_BRANCH({_text(name)}, {_text(commit)})")
    return None


def _exchange(path: Path, full: Path) -> None:
    """Put the full clone in the place of the shallow one. Killed between the renames, `clone_directory` mends it."""
    for name in _KEPT:
        shutil.copy2(path / ".dolt" / name, full / ".dolt" / name)
    (path / ".dolt").rename(path / REPLACED)
    (full / ".dolt").rename(path / ".dolt")
    remove_tree(path / REPLACED)


def _rows(path: Path, root: Path, statement: str) -> list[dict[str, Any]]:
    """Run SQL by the CLI: a server on the directory is what must not be there now."""
    command = [find_dolt(root), "sql", "-r", "json", "-q", statement]
    done = subprocess.run(  # noqa: S603 - the program is dolt, the arguments are ours
        command, cwd=path, env=quiet_environment(root), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServerError(f"cannot look into {path}: {(done.stderr or done.stdout).strip()}")
    return list(json.loads(done.stdout or "{}").get("rows", []))


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
