"""Giving a shallow clone its history: it is exchanged for a full clone, because `dolt fetch` has no `--unshallow`.

This happens only if it loses nothing: the directory is not in use, and all its work is committed and pushed.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.server.busy import unless_busy
from dolt_integrations.engine.server.clone import CLONE_TIMEOUT, REPLACED, UNFINISHED, is_shallow, remove_tree
from dolt_integrations.engine.server.dolt import clone_database, find_dolt, quiet_environment
from dolt_integrations.engine.server.ownership import check_ownership
from dolt_integrations.engine.server.running import running_server
from dolt_integrations.engine.server.supervision.guard import sole_use
from dolt_integrations.errors import ServerError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.engine.server.dolt import Source

logger = logging.getLogger(__name__)

_KEPT = ("repo_state.json", "config.json")
"""The files that hold the checked-out branch, the remotes and the author."""


def deepen(path: Path, source: Source, *, timeout: float = CLONE_TIMEOUT) -> bool:
    """Exchange a shallow clone for a full one, keeping its branches and settings.

    Args:
        path: The database's directory.
        source: What it is a clone of.
        timeout: Seconds to wait for another process that does the same.

    Returns:
        Whether the directory has its history now. It has not if it is in use or has unpushed work.

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
        raise StorageError(f"cannot replace the shallow clone in {path}: {error}") from error


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
    logger.info("%s is a shallow clone; %s", path, f"{reason}, so it is kept" if reason else "replaced by a full clone")
    return reason is None


def _unpushed(path: Path, root: Path) -> str | None:
    """Return what a clone would lack, as far as the directory alone shows."""
    if _rows(path, root, "SELECT name FROM dolt_branches WHERE dirty"):
        return "it has uncommitted work"
    if _rows(path, root, "SELECT tag_name FROM dolt_tags") or _rows(path, root, "SELECT name FROM dolt_stashes"):
        return "it has tags or stashes of its own"
    return None


def _take_branches(full: Path, root: Path, branches: dict[str, str]) -> str | None:
    """Make the branches that the full clone lacks. Return the reason if that is impossible."""
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
    """Replace the shallow clone. If we are killed between the renames, `clone_directory` repairs it."""
    for name in _KEPT:
        shutil.copy2(path / ".dolt" / name, full / ".dolt" / name)
    (path / ".dolt").rename(path / REPLACED)
    (full / ".dolt").rename(path / ".dolt")
    remove_tree(path / REPLACED)


def _rows(path: Path, root: Path, statement: str) -> list[dict[str, Any]]:
    """Run SQL through the CLI, because no server may be running on the directory now."""
    command = [find_dolt(root), "sql", "-r", "json", "-q", statement]
    environment = quiet_environment(root)
    done = unless_busy(
        lambda: subprocess.run(  # noqa: S603 - the program is dolt, the arguments are ours
            command, cwd=path, env=environment, capture_output=True, text=True, check=False
        )
    )
    if done.returncode != 0:
        raise ServerError(f"cannot inspect {path}: {(done.stderr or done.stdout).strip()}")
    return list(json.loads(done.stdout or "{}").get("rows", []))


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
