"""Code shared by the adapters of Flyte 1 and Flyte 2: `DoltConfig`, `DoltTable`, and how they are saved.

No SDK is imported here. An adapter registers a `runtime`, which provides its SDK's information about the running task.

- `config`, `table`, `reference`: `DoltConfig`, `DoltTable`, and what they have in common
- `saving`: what happens to a table that a task returns
- `literals`: our classes in literals and models
- `datasets`: frames at `dolt://` URIs
- `origin`: what commit messages say
- `replay`, `past`: running an execution again
"""

from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.table import DoltTable

__all__ = ["DoltConfig", "DoltTable"]
