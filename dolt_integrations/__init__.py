"""Versioned tables in Dolt for workflow managers: an engine, a core that knows no framework, and adapters.

Packages and modules, from the top. `help()` on each says more; ARCHITECTURE.md says what to change where.

- `flyte`: what the adapters of both Flyte SDKs share (`flytekitplugins.dolt`, `flyteplugins.dolt`)
- `metaflow`: the adapter of Metaflow
- `kedro`: the adapter of Kedro
- `cli`: the command `dolt-integrations`
- `adapters`: the names of the core that an adapter may use
- `core`: what a save and a load mean
- `engine`: servers, sessions and all SQL
- `render`: cards and pictures as HTML and SVG
- `errors`: the classes of all errors; the texts are where they are raised
- `limits`: thresholds, such as the number of rows up to which a save is one transaction
"""

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
