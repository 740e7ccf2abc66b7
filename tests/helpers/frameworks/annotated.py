"""What tasks are annotated with, and its values."""

import dataclasses
import typing

import pandas as pd
from dataclasses_json import DataClassJsonMixin
from flytekit import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal

from dolt_integrations.core import Branch
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository


@dataclasses.dataclass
class Report(DataClassJsonMixin):
    title: str
    table: DoltTable
    other: DoltTable | None = None


@dataclasses.dataclass
class Settings(DataClassJsonMixin):
    name: str
    config: DoltConfig
    other: DoltConfig | None = None


def numbers(repository: Repository, tablename: str, *values: int, branch_conf: Branch | None = None) -> DoltTable:
    config = DoltConfig(db_path=str(repository.path), tablename=tablename, branch_conf=branch_conf)
    return DoltTable(data=pd.DataFrame({"a": list(values)}), config=config)


def sorted_values(table: DoltTable) -> list[int]:
    return sorted(table.data["a"].tolist())


def literal_of(value: typing.Any, python_type: typing.Any) -> Literal:
    context = FlyteContextManager.current_context()
    return TypeEngine.to_literal(context, value, python_type, TypeEngine.to_literal_type(python_type))
