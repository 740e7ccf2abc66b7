"""What the adapters of Flyte 1 and Flyte 2 share: `DoltConfig`, `DoltTable`, and how they are saved.

No SDK is imported here; an adapter registers a `runtime` that says what its SDK knows of the task that runs.
"""

from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.table import DoltTable

__all__ = ["DoltConfig", "DoltTable"]
