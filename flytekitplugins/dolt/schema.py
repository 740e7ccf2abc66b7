"""The public names, where upstream had them."""

from dolt_integrations.flyte import DoltConfig, DoltTable
from flytekitplugins.dolt.transformer import DoltTableNameTransformer

__all__ = ["DoltConfig", "DoltTable", "DoltTableNameTransformer"]
