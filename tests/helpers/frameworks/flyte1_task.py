"""A task of flytekit, for a program that has tasks of Flyte 2 as well."""

import pandas as pd
from flytekit import task

from flytekitplugins.dolt import DoltConfig, DoltTable


@task
def beside(db: str) -> DoltTable:
    return DoltTable(DoltConfig(db, "beside"), pd.DataFrame({"n": [1]}))
