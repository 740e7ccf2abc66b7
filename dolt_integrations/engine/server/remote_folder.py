"""Remotes in folders of this machine. They are checked first, because Dolt creates a folder that is missing."""

from __future__ import annotations

from pathlib import Path

from dolt_integrations.errors import RemoteError

_SCHEME = "file://"


def check_remote_folder(url: str) -> None:
    """Refuse a `file://` remote without data. Other URLs are not checked, because Dolt reports what is wrong with them.

    Args:
        url: The URL, as `parse_remote_url` returns it.

    Raises:
        RemoteError: The folder does not exist, or no branch has been pushed to it.

    Example:
        >>> check_remote_folder("https://doltremoteapi.dolthub.com/dolthub/us-housing")
    """
    if not url.startswith(_SCHEME):
        return
    folder = Path(url.removeprefix(_SCHEME))
    if not folder.is_dir():
        raise RemoteError(f"remote {url} does not exist", hint="Correct its path, or push to it first.")
    if not (folder / "manifest").is_file():
        raise RemoteError(f"remote {url} has no data", hint="Correct its path, or push to it first.")
