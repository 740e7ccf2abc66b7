"""Versioned tables in Dolt for workflow managers: an engine, a neutral core, and an adapter per framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dolt_integrations.core import AsOf, Author, Location, Repository, Scan, Table, Version

__all__ = ["AsOf", "Author", "Location", "Repository", "Scan", "Table", "Version"]


def __getattr__(name: str) -> Any:
    """Import the core on first use, so that importing `dolt_integrations.errors` stays cheap."""
    if name in __all__:
        from dolt_integrations import core

        return getattr(core, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
