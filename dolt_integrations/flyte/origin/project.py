"""The code of a task: the Git commit of its project and its container image, if they are known."""

from __future__ import annotations

import os
import re
from pathlib import Path

GIT_COMMIT, IMAGE = "Git-Commit", "Flyte-Image"
"""The trailers."""

COMMIT_VARIABLE = "DOLT_INTEGRATIONS_GIT_COMMIT"
"""The variable that names the commit if there is no `.git`, as in an image."""

IMAGE_VARIABLE = "FLYTE_INTERNAL_IMAGE"
"""Flyte's variable for a pod's image (flytekit, `constants.py`)."""

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAME = re.compile(r"[\w.:/@+-]{1,200}")


def project_trailers(program: str | None) -> dict[str, str]:
    """Return the trailers that identify the running code.

    Args:
        program: The file that defines the task; None if there is none.
    """
    said = os.environ.get(COMMIT_VARIABLE) or (git_commit(program) if program else None)
    image = os.environ.get(IMAGE_VARIABLE)
    found = {GIT_COMMIT: said, IMAGE: image}
    return {name: value for name, value in found.items() if value and _NAME.fullmatch(value)}


def git_commit(program: str) -> str | None:
    """Return the commit that is checked out where a file is, read from `.git` without running git."""
    if "site-packages" in Path(program).parts:  # an installed package is not part of the surrounding checkout
        return None
    try:
        folder = next((each / ".git" for each in Path(program).resolve().parents if (each / ".git").exists()), None)
        return _checked_out(_git_folder(folder)) if folder is not None else None
    except (OSError, UnicodeDecodeError):
        return None


def _git_folder(path: Path) -> Path:
    """Return a repository's folder; in a worktree or a submodule, `.git` is a file that names it."""
    if path.is_dir():
        return path
    return path.parent / path.read_text().strip().removeprefix("gitdir: ")


def _checked_out(folder: Path) -> str | None:
    head = (folder / "HEAD").read_text().strip()
    if _HASH.fullmatch(head):
        return head
    reference = head.removeprefix("ref: ")
    common = folder / "commondir"
    places = [folder, folder / common.read_text().strip()] if common.is_file() else [folder]
    for place in places:
        if (place / reference).is_file():
            return _hash((place / reference).read_text().strip())
        if (place / "packed-refs").is_file():
            lines = (place / "packed-refs").read_text().splitlines()
            found = next((line.split()[0] for line in lines if line.endswith(f" {reference}")), None)
            if found is not None:
                return _hash(found)
    return None


def _hash(text: str) -> str | None:
    return text if _HASH.fullmatch(text) else None
