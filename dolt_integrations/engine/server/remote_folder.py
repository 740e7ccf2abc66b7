"""Remotes in folders of this machine. They are checked first, because Dolt creates a folder that is missing."""

from __future__ import annotations

from pathlib import Path

from dolt_integrations.errors import RemoteError

_SCHEME = "file://"


def folder_of(url: str) -> Path | None:
    """Return the folder of a `file://` remote, or None for other URLs.

    Example:
        >>> folder_of("file:///backups/shop").name
        'shop'
    """
    return Path(url.removeprefix(_SCHEME)) if url.startswith(_SCHEME) else None


def check_remote_folder(url: str) -> None:
    """Refuse a `file://` remote without data. Other URLs are not checked, because Dolt reports what is wrong with them.

    Args:
        url: The URL, as `parse_remote_url` returns it.

    Raises:
        RemoteError: The folder does not exist or cannot be looked at, or no branch has been pushed to it.

    Example:
        >>> check_remote_folder("https://doltremoteapi.dolthub.com/dolthub/us-housing")
    """
    folder = folder_of(url)
    if folder is None:
        return
    try:
        missing = "does not exist" if not folder.is_dir() else "" if (folder / "manifest").is_file() else "has no data"
    except OSError as error:
        raise RemoteError(
            f"cannot look at remote {url}: {error.strerror}", hint="Check its path and its mode."
        ) from error
    if missing:
        raise RemoteError(f"remote {url} {missing}", hint="Correct its path, or push to it first.")
