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
        RemoteError: The folder does not exist or cannot be looked at, or no branch has been pushed to it.

    Example:
        >>> check_remote_folder("https://doltremoteapi.dolthub.com/dolthub/us-housing")
    """
    if not url.startswith(_SCHEME):
        return
    folder = Path(url.removeprefix(_SCHEME))
    try:
        missing = "does not exist" if not folder.is_dir() else "" if (folder / "manifest").is_file() else "has no data"
    except OSError as error:
        raise RemoteError(
            f"cannot look at remote {url}: {error.strerror}", hint="Check its path and its mode."
        ) from error
    if missing:
        raise RemoteError(f"remote {url} {missing}", hint="Correct its path, or push to it first.")
