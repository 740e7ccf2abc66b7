"""The members of the JSON object of a config or table, and which of them are locations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dolt_integrations.adapters import from_literal, nearest, shown
from dolt_integrations.errors import ConfigError


def marked(content: dict[str, Any]) -> dict[str, Any]:
    """Mark all locations as coming from a literal, so that passwords of the environment are not sent there."""
    content = {**content, "db_path": from_literal(content["db_path"]), "as_of": from_literal(content.get("as_of"))}
    remote, metas = content.get("remote_conf"), content.get("meta_conf")
    if isinstance(remote, str):
        remote = {"name": remote} if "/" not in remote else {"url": remote}
    if isinstance(remote, Mapping):
        content["remote_conf"] = {**remote, "url": from_literal(remote.get("url"))}
    if isinstance(metas, (list, tuple)):
        content["meta_conf"] = [_marked_meta(meta) for meta in metas]
    elif metas is not None:
        content["meta_conf"] = _marked_meta(metas)
    return content


def _marked_meta(meta: Any) -> Any:
    if not isinstance(meta, Mapping) or "db" not in meta:
        return meta
    return {**meta, "db": from_literal(meta["db"])}


def json_object(value: Any, what: str, known: list[str], *, needs: str) -> dict[str, Any]:
    """Return a JSON object whose members are all known.

    Raises:
        ConfigError: It is not an object, lacks the required member, or has an unknown one.
    """
    if not isinstance(value, Mapping) or needs not in value:
        raise ConfigError(f"a {what} needs at least `{needs}`, and this is {shown(value)}")
    for name in value:
        if name not in known:
            raise ConfigError(f"{what} has no field {name!r}", hint=nearest(str(name), known))
    return dict(value)


def check_member(content: dict[str, Any], name: str, kind: type, wanted: str) -> None:
    """Check the type of a member of a JSON object. None is allowed, except for `db_path`.

    Raises:
        ConfigError: The member has another type.
    """
    value = content.get(name)
    if not isinstance(value, kind) and (value is not None or name == "db_path"):
        raise ConfigError(f"field {name!r} is {shown(value)}, not {wanted}")
