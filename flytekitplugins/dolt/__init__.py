"""Flyte tasks that read and write versioned tables of a Dolt database."""

from flytekitplugins.dolt.schema import DoltConfig, DoltTable, DoltTableNameTransformer

__all__ = ["DoltConfig", "DoltTable", "DoltTableNameTransformer"]
