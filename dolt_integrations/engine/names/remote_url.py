"""URLs of remotes, checked before anything happens."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import SplitResult, unquote, urlsplit

from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import redact

DOLTHUB = "https://doltremoteapi.dolthub.com"
"""What Dolt puts in front of `owner/repo` (Dolt source, `env.DefaultRemotesApiHost`)."""

_HINT = (
    "Use file:///path, http(s)://host[:port]/database, owner/repo (DoltHub), gs://bucket/path "
    "or aws://[table:bucket]/database."
)

_DOLTHUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_DOLTHUB_PAGE = re.compile(r"https://www\.dolthub\.com/repositories/(?P<name>[^/?#]+/[^/?#]+)/?")
_AWS = re.compile(r"aws://\[[^\[\]:/\s]+:[^\[\]:/\s]+\]/[^\s?#]+")


def parse_remote_url(url: str) -> str:
    """Return a remote's URL in the form in which Dolt keeps it.

    Raises:
        ConfigError: It is not a URL of a remote, or contains a user or password, which Dolt would store.

    Example:
        >>> parse_remote_url("dolthub/us-housing")
        'https://doltremoteapi.dolthub.com/dolthub/us-housing'
    """
    page = _DOLTHUB_PAGE.fullmatch(url)
    if page or _DOLTHUB_NAME.fullmatch(url):
        return f"{DOLTHUB}/{page['name'] if page else url}"
    if url.startswith("aws://"):
        return _checked(url, bool(_AWS.fullmatch(url)))
    parts = _split(url)
    if parts.scheme == "file":
        return _file_url(url, parts)
    if parts.scheme in ("http", "https", "gs"):
        return _checked(url, bool(parts.hostname and parts.path.strip("/") and not parts.query and not parts.fragment))
    raise _error(url)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise _error(url) from None
    if "@" in parts.netloc:
        hint = "Use Remote(user=...) and DOLT_REMOTE_PASSWORD, because Dolt stores the URL."
        raise ConfigError(f"the remote's URL {_shown(url)} contains a user", hint=hint)
    return parts


def _file_url(url: str, parts: SplitResult) -> str:
    """Normalise it as Dolt does: a clean path without escapes."""
    path = unquote(parts.path)
    if parts.netloc or not path.strip("/") or "\0" in path:
        raise _error(url)
    return f"file://{posixpath.normpath('/' + path.lstrip('/'))}"


def _checked(url: str, fine: bool) -> str:
    if not fine or re.search(r"\s", url):
        raise _error(url)
    return url.rstrip("/")


def _error(url: str) -> ConfigError:
    return ConfigError(f"{_shown(url)!r} is not the URL of a remote", hint=_HINT)


def _shown(url: str) -> str:
    return re.sub(r"//[^/]*@", "//...@", redact(url))
