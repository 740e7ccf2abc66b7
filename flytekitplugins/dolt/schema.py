"""The public names in the module where upstream has them."""

import flytekitplugins.dolt.cache_place
import flytekitplugins.dolt.retries  # noqa: F401 - from here on, Flyte tries again after a transient error
from dolt_integrations.flyte import DoltConfig, DoltTable
from flytekitplugins.dolt.conversions import to_dolt_table, to_structured_dataset
from flytekitplugins.dolt.transformer import DoltTableNameTransformer

__all__ = ["DoltConfig", "DoltTable", "DoltTableNameTransformer", "to_dolt_table", "to_structured_dataset"]
