"""Tasks whose server is named by the program, and its password by a secret; the tests say where the server is."""

import os

import pandas as pd
from flytekit import Secret, task

from dolt_integrations.core import DoltMeta
from flytekitplugins.dolt import DoltConfig, DoltTable

PASSWORD = Secret(group="dolt", key="password")


def conf(tablename: str) -> DoltConfig:
    url = os.environ["SHOP_URL"]
    secrets = None if "SHOP_WITHOUT_SECRET" in os.environ else {"password": PASSWORD}
    return DoltConfig(url, tablename, secret_connect_args=secrets, meta_conf=DoltMeta(url, "actions"))


@task(secret_requests=[PASSWORD], enable_deck=True)
def save() -> DoltTable:
    return DoltTable(conf("t"), pd.DataFrame({"a": [1]}))


@task(secret_requests=[PASSWORD], enable_deck=True)
def read(table: DoltTable) -> int:
    return len(table.data)


@task(secret_requests=[PASSWORD])
def read_what_the_module_names(table: DoltTable) -> int:
    conf("t")
    return len(table.data)


@task
def save_openly(url: str) -> DoltTable:
    return DoltTable(DoltConfig(url, "t"), pd.DataFrame({"a": [1]}))


@task
def save_relative() -> DoltTable:
    return DoltTable(DoltConfig("shop", "t"), pd.DataFrame({"a": [1]}))


@task
def save_into(folder: str) -> DoltTable:
    return DoltTable(DoltConfig(folder, "t"), pd.DataFrame({"a": [1]}))


@task
def save_and_push(folder: str, remote: str) -> DoltTable:
    return DoltTable(DoltConfig(folder, "t", remote_conf=remote), pd.DataFrame({"a": [1]}))
