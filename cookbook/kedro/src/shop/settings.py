"""What Kedro asks the project: a run is one commit, or none."""

from dolt_integrations.kedro import DoltRunHooks

HOOKS = (DoltRunHooks(),)
