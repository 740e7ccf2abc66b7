"""Dolt for Kedro: tables as datasets in a catalog, where each version names the run that made it.

- `dataset`: the base class of datasets; derive another dataset from it
- `table_dataset`: `DoltTableDataset`
- `query_dataset`: `DoltQueryDataset`
- `file_dataset`: `DoltFileDataset`
- `hooks`: `DoltRunHooks`
- `place`: the database and its credentials
"""

from dolt_integrations.kedro.file_dataset import DoltFileDataset
from dolt_integrations.kedro.hooks import DoltRunHooks
from dolt_integrations.kedro.lineage import lineage
from dolt_integrations.kedro.query_dataset import DoltQueryDataset
from dolt_integrations.kedro.table_dataset import DoltTableDataset

__all__ = ["DoltFileDataset", "DoltQueryDataset", "DoltRunHooks", "DoltTableDataset", "lineage"]
