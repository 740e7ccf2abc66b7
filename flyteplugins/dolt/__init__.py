"""Tasks of Flyte 2 that read and write versioned tables of a Dolt database."""

from dolt_integrations.flyte import DoltConfig, DoltTable
from dolt_integrations.flyte.replay import replaying
from flyteplugins.dolt.conversions import to_dataframe, to_dolt_table
from flyteplugins.dolt.registration import register

__all__ = ["DoltConfig", "DoltTable", "register", "replaying", "to_dataframe", "to_dolt_table"]

register()
