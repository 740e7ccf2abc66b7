"""Kedro's catalogs as a project has them: YAML texts."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from kedro.io import DataCatalog

from dolt_integrations.errors import DoltError


def catalog_of(text: str, **options: Any) -> DataCatalog:
    """Return the catalog of a catalog.yml; `options` are credentials, load_versions and the like."""
    return DataCatalog.from_config(yaml.safe_load(text), **options)


def table(database: object, name: str = "users", **fields: Any) -> dict[str, Any]:
    """Return the entry of a table."""
    return {
        "type": "dolt_integrations.kedro.DoltTableDataset",
        "database": str(database),
        "table": name,
        **fields,
    }


def catalog(load_versions: dict[str, str] | None = None, **entries: dict[str, Any]) -> DataCatalog:
    """Return the catalog of some entries."""
    return DataCatalog.from_config(entries, load_versions=load_versions)


def cause_of(error: pytest.ExceptionInfo[BaseException]) -> BaseException | None:
    """Return the error of ours that one of Kedro's comes from."""
    found: BaseException | None = error.value
    while found is not None and not isinstance(found, DoltError):
        found = found.__cause__
    return found
