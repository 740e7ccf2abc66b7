"""A task whose attempts do what a file says, as a pod of a cluster runs it."""

import json
import os
from pathlib import Path

import pandas as pd
from flytekit import task

from dolt_integrations.core import read_arrow
from flytekitplugins.dolt import DoltConfig, DoltTable


@task(retries=3)
def follow(db: str, plan: str) -> list[DoltTable]:
    tables = []
    for step in json.loads(Path(plan).read_text())[int(os.environ["FLYTE_ATTEMPT_NUMBER"])]:
        if step["do"] == "read":
            read_arrow(db, step["table"])
        else:
            config = DoltConfig(db, step["table"], io_args={"mode": step["mode"]})
            tables.append(DoltTable(config, pd.DataFrame({"id": step["ids"], "value": step["values"]})))
    return tables
