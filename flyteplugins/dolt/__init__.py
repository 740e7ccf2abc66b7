"""Versioned tables of a Dolt database as inputs and outputs of Flyte 2 tasks."""

from dolt_integrations.adapters import check_installed

check_installed("flyte", (2, 12), "flyteplugins.dolt", "flyte2")  # the oldest that names the task that begins

from dolt_integrations.flyte import DoltConfig, DoltTable  # noqa: E402 - only once Flyte is known to be there
from dolt_integrations.flyte.replay import replaying  # noqa: E402
from flyteplugins.dolt.conversions import to_dataframe, to_dolt_table  # noqa: E402
from flyteplugins.dolt.registration import register  # noqa: E402

__all__ = ["DoltConfig", "DoltTable", "register", "replaying", "to_dataframe", "to_dolt_table"]

register()
