"""Dolt for Metaflow: steps read and write tables, and each version names the run that made it.

- `dolt_dt`: `DoltDT`
- `config`: `DoltConfig`
- `block`: a `with` block: reads at one commit, writes as one commit
- `landing`: landing a block's writes
- `past_run`: what a past run read and wrote
- `record`: the `dolt` artifact
"""

from dolt_integrations.metaflow.action import DoltAction
from dolt_integrations.metaflow.card import card_component
from dolt_integrations.metaflow.config import DoltConfig
from dolt_integrations.metaflow.dolt_dt import DoltDT
from dolt_integrations.metaflow.lineage import lineage
from dolt_integrations.metaflow.record import merge_records
from dolt_integrations.metaflow.run_path import RunPath

__all__ = ["DoltAction", "DoltConfig", "DoltDT", "RunPath", "card_component", "lineage", "merge_records"]
