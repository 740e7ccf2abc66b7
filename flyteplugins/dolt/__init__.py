"""Tasks of Flyte 2 that read and write versioned tables of a Dolt database."""

from flyteplugins.dolt.framework import check_version

check_version()

# Only then what imports Flyte.
from dolt_integrations.flyte import DoltConfig, DoltTable  # noqa: E402
from flyteplugins.dolt.conversions import to_dataframe, to_dolt_table  # noqa: E402
from flyteplugins.dolt.registration import register  # noqa: E402

__all__ = ["DoltConfig", "DoltTable", "register", "to_dataframe", "to_dolt_table"]

register()
