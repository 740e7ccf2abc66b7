"""What Flyte 2 has to know, registered once: the entry point of the group `flyte.plugins.types` asks for it."""

from __future__ import annotations

import functools

from flyte.types import TypeEngine

from dolt_integrations.flyte.runtime import register as register_runtime
from flyteplugins.dolt.dataframe import check_places, register_when_imported
from flyteplugins.dolt.nested import save_nested_frames
from flyteplugins.dolt.observer import observe_tasks
from flyteplugins.dolt.runtime import FlyteRuntime
from flyteplugins.dolt.transformers import DoltConfigTransformer, DoltTableTransformer


@functools.cache
def register() -> None:
    """Make `DoltConfig`, `DoltTable` and frames at `dolt://` URIs known to Flyte."""
    register_runtime(FlyteRuntime())
    observe_tasks()
    TypeEngine.register(DoltConfigTransformer())
    TypeEngine.register(DoltTableTransformer())
    register_when_imported()
    check_places()
    save_nested_frames()
