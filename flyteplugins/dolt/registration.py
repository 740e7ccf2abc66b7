"""Registration with Flyte 2, called by the entry point of the group `flyte.plugins.types`."""

from __future__ import annotations

import functools

from flyte.types import TypeEngine

from dolt_integrations.adapters import register_cache_url
from dolt_integrations.flyte.runtime import register as register_runtime
from flyteplugins.dolt.cache_place import cache_url
from flyteplugins.dolt.dataframe import check_places, register_when_imported
from flyteplugins.dolt.nested import save_nested_frames
from flyteplugins.dolt.observer import observe_tasks
from flyteplugins.dolt.pickles import refuse_frames, report_failures
from flyteplugins.dolt.runtime import FlyteRuntime
from flyteplugins.dolt.transformers import DoltConfigTransformer, DoltTableTransformer


@functools.cache
def register() -> None:
    """Register `DoltConfig`, `DoltTable` and frames at `dolt://` URIs with Flyte."""
    register_runtime(FlyteRuntime())
    register_cache_url("flyte", cache_url)
    observe_tasks()
    TypeEngine.register(DoltConfigTransformer())
    TypeEngine.register(DoltTableTransformer())
    register_when_imported()
    check_places()
    save_nested_frames()
    refuse_frames()
    report_failures()
