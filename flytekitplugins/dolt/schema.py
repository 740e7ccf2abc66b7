"""The public names, where upstream had them."""

from flytekitplugins.dolt.config import DoltConfig
from flytekitplugins.dolt.table import DoltTable
from flytekitplugins.dolt.transformer import DoltTableNameTransformer

__all__ = ["DoltConfig", "DoltTable", "DoltTableNameTransformer"]
