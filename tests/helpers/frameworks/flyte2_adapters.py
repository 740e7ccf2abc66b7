"""The adapters of Flyte 2: tasks that run as those of its containers do, by the function that these call."""

from __future__ import annotations

import asyncio
import datetime
import itertools
from collections.abc import Callable
from typing import Any

import flyte
import flyte.io
import pandas as pd
import pytest
from flyte._internal.runtime.entrypoints import direct_dispatch
from flyte.models import ActionID, RawDataPath
from flyte.types import TypeEngine

from flyteplugins.dolt import DoltConfig, DoltTable
from tests.helpers.frameworks.adapters import Adapter, environment_of, members_of, uri_of

env = flyte.TaskEnvironment(name="adapters")
BODIES: list[Callable[[], Any]] = []
STARTED = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@env.task
async def table_of_body() -> DoltTable:
    return BODIES.pop()()


@env.task
async def frame_of_body() -> flyte.io.DataFrame:
    return BODIES.pop()()


class Flyte2(Adapter):
    """`DoltTable` of Flyte 2."""

    task: Any = table_of_body

    def __init__(self) -> None:
        self._attempts = itertools.count()

    def run(self, action: str, body: Callable[[], Any]) -> None:
        """Run the next attempt of an action, whose task returns the result of `body`."""
        BODIES.append(body)
        where = {"output_path": "s3://bucket/out", "run_base_dir": "s3://bucket/run", "version": "v1"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FLYTE_ATTEMPT_NUMBER", str(next(self._attempts)))
            name = ActionID(name=action, run_name="nightly", project="p", domain="d", org="o")
            raw = RawDataPath(path="s3://bucket/raw")
            options = {"raw_data_path": raw, "controller": None, "run_start_time": STARTED}
            _, error = asyncio.run(direct_dispatch(self.task, action=name, **where, **options))
        assert error is None, error

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        config = DoltConfig(url, "users", branch_conf=branch, io_args={"primary_key": "id", "mode": mode})
        self.run(write, lambda: DoltTable(config, frame))

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return DoltTable(DoltConfig(url, "users", as_of=version)).data

    def derive(self, url: str) -> None:
        config = DoltConfig(url, "derived", io_args={"primary_key": "id"})
        self.run("9", lambda: DoltTable(config, self.load(url)))

    def shown(self, url: str) -> str:
        returned = DoltTable(DoltConfig(url, "users"))
        return f"{returned!r} {returned.to_dict()}"


class Frame(Flyte2):
    """`flyte.io.DataFrame`s at `dolt://` URIs."""

    task = frame_of_body

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        uri = uri_of(url, key="id", mode=mode, **members_of(branch))
        with environment_of(url):
            self.run(write, lambda: flyte.io.DataFrame.from_df(frame, uri=uri))

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        with environment_of(url):
            return asyncio.run(opened(uri_of(url, as_of=version)))

    def derive(self, url: str) -> None:
        uri = uri_of(url, "derived", key="id")
        self.run("9", lambda: flyte.io.DataFrame.from_df(DoltTable(DoltConfig(url, "users")).data, uri=uri))

    def shown(self, url: str) -> str:
        return repr(flyte.io.DataFrame.from_existing_remote(uri_of(url)))


async def opened(uri: str) -> pd.DataFrame:
    """Return the rows that a task with a pandas DataFrame as its input receives."""
    kind = TypeEngine.to_literal_type(flyte.io.DataFrame)
    literal = await TypeEngine.to_literal(flyte.io.DataFrame.from_existing_remote(uri), flyte.io.DataFrame, kind)
    return await TypeEngine.to_python_value(literal, pd.DataFrame)
