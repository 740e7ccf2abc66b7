"""Versioned tables of a Dolt database as inputs and outputs of Flyte tasks."""

from dolt_integrations.flyte.replay import replaying
from flytekitplugins.dolt.schema import (
    DoltConfig,
    DoltTable,
    DoltTableNameTransformer,
    to_dolt_table,
    to_structured_dataset,
)

__all__ = ["DoltConfig", "DoltTable", "DoltTableNameTransformer", "replaying", "to_dolt_table", "to_structured_dataset"]
