"""A `DoltTable`, and the literal that the next task gets of it."""

import typing

import pandas as pd
from flytekit import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal

from dolt_integrations.core import Branch, write_table
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository


def config(repository: Repository, tablename: str = "t", **fields: typing.Any) -> DoltConfig:
    return DoltConfig(db_path=str(repository.path), tablename=tablename, **fields)


def query(repository: Repository, sql: str, **fields: typing.Any) -> DoltTable:
    return DoltTable(config=DoltConfig(db_path=str(repository.path), sql=sql, **fields))


def numbers(*values: int) -> pd.DataFrame:
    return pd.DataFrame({"a": list(values)})


def values(table: DoltTable) -> list[int]:
    return sorted(table.data["a"].tolist())


def commit_behind_flytes_back(repository: Repository, *rows: int, branch_conf: Branch | None = None) -> str:
    return write_table(repository.path, "t", numbers(*rows), branch_conf=branch_conf).commit


def to_literal(table: DoltTable) -> Literal:
    context = FlyteContextManager.current_context()
    return TypeEngine.to_literal(context, table, DoltTable, TypeEngine.to_literal_type(DoltTable))


def version_in(literal: Literal) -> typing.Any:
    assert literal.scalar is not None
    assert literal.scalar.generic is not None
    return literal.scalar.generic["version"]["commit"]


def received(table: DoltTable) -> DoltTable:
    """Return the table as the next task receives it."""
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), to_literal(table), DoltTable)
