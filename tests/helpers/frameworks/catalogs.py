"""Kedro's catalogs as a project has them, and runs with hooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.framework.hooks.manager import _create_hook_manager, _register_hooks
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.runner import AbstractRunner, SequentialRunner

from dolt_integrations.errors import DoltError


def catalog_of(text: str, **options: Any) -> DataCatalog:
    """Return the catalog of a catalog.yml. `options` are credentials, load_versions and the like."""
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
    """Return the `DoltError` that caused an error of Kedro's."""
    found: BaseException | None = error.value
    while found is not None and not isinstance(found, DoltError):
        found = found.__cause__
    return found


def run_pipeline(
    nodes: list[Node],
    io: DataCatalog,
    hooks: object,
    runner: AbstractRunner | None = None,
    run_id: str = "2026-11-26T05.41.00.123Z",
    project: Path = Path("shop"),
) -> None:
    """Run nodes with Kedro's hooks and runners, in the order in which `KedroSession.run` calls them."""
    manager = _create_hook_manager()
    _register_hooks(manager, (hooks,))
    flow = Pipeline(nodes)
    run_params = {"run_id": run_id, "project_path": str(project), "pipeline_names": None}
    manager.hook.before_pipeline_run(run_params=run_params, pipeline=flow, catalog=io)
    try:
        result = (runner or SequentialRunner()).run(flow, io, manager, run_id=run_id)
    except Exception as error:
        manager.hook.on_pipeline_error(error=error, run_params=run_params, pipeline=flow, catalog=io)
        raise
    manager.hook.after_pipeline_run(run_params=run_params, run_result=result, pipeline=flow, catalog=io)
