"""The ways into Dolt that the contract suite goes through: each saves and loads as its framework's users do.

A new door is a subclass of `Door`, and its place in `DOORS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest
from flytekit import FlyteContext, FlyteContextManager
from flytekit.core.type_engine import TypeEngine

from dolt_integrations.core import Branch, MergeBranch, find_version, read_table, write_table
from dolt_integrations.kedro import DoltRunHooks
from dolt_integrations.metaflow import DoltConfig as MetaflowConfig
from dolt_integrations.metaflow.block import Block
from dolt_integrations.metaflow.client import RunningTask
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.frameworks.test_flyte_attempts import context
from tests.helpers.frameworks.catalogs import catalog, run_pipeline, table


class Door:
    """A framework's way to save and load the table `users`, whose key is `id`."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        """Write a frame; `write` names the write, and a second one of this name is its retry."""
        raise NotImplementedError

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        """Read the table, at a version."""
        raise NotImplementedError

    def derive(self, url: str) -> None:
        """Read `users`, and write the rows to the table `derived`, in one task of the framework."""
        raise NotImplementedError

    def shown(self, url: str) -> str:
        """Return what the framework shows of a table with this URL."""
        raise NotImplementedError

    def conflict(self, url: str, meddle: Callable[[], object], frame: pd.DataFrame) -> None:
        """Write a frame that was computed from the newest version; `meddle` commits as others do meanwhile."""
        start = find_version(url).commit
        meddle()
        self.save(url, frame, branch=MergeBranch(start, "main"), write="conflict")


class Core(Door):
    """Plain Python."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        options = {"branch_conf": branch, "mode": mode, "write_id": f"core-{write}"}
        write_table(url, "users", frame, primary_key="id", message="Run: core/1", **options)

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return read_table(url, "users", as_of=version).data

    def derive(self, url: str) -> None:
        loaded = read_table(url, "users")
        message = f"Run: core/2\n\nInput: {loaded.version.commit}"
        write_table(url, "derived", loaded.data, primary_key="id", message=message)

    def shown(self, url: str) -> str:
        from dolt_integrations import Repository

        return repr(Repository(url).table("users"))


class Flyte(Door):
    """`DoltTable` of Flyte 1, in the context of a pod."""

    def __init__(self) -> None:
        self._attempts = itertools.count()

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        config = DoltConfig(url, "users", branch_conf=branch, io_args={"primary_key": "id", "mode": mode})
        self._return(DoltTable(data=frame, config=config), write)

    def _return(self, returned: DoltTable, node: str) -> None:
        with self._pod(node) as current:
            TypeEngine.to_literal(current, returned, DoltTable, TypeEngine.to_literal_type(DoltTable))

    @contextmanager
    def _pod(self, node: str) -> Iterator[FlyteContext]:
        """Be the next attempt of a node."""
        number = next(self._attempts)
        pod = context(f"s3://bucket/metadata/p-d-nightly/n{node}/data/{number}", "v1")
        with pytest.MonkeyPatch.context() as patch, FlyteContextManager.with_context(pod.new_builder()) as current:
            patch.setenv("FLYTE_ATTEMPT_NUMBER", str(number))
            yield current

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return DoltTable(config=DoltConfig(url, "users", as_of=version)).data

    def derive(self, url: str) -> None:
        with self._pod("9") as current:
            rows = self.load(url)
            returned = DoltTable(data=rows, config=DoltConfig(url, "derived", io_args={"primary_key": "id"}))
            TypeEngine.to_literal(current, returned, DoltTable, TypeEngine.to_literal_type(DoltTable))

    def shown(self, url: str) -> str:
        returned = DoltTable(config=DoltConfig(url, "users"))
        return f"{returned!r} {returned.to_dict()}"


class Metaflow(Door):
    """Blocks of Metaflow, of tasks that a process has of its own there."""

    def __init__(self) -> None:
        self._attempts = itertools.count()

    def _task(self, write: str) -> RunningTask:
        return RunningTask(f"Flow/1/start/{write}", next(self._attempts), ())

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        block = Block(self._config(url, branch), self._task(write), ())
        self._land(block, frame, mode)

    @staticmethod
    def _config(url: str, branch: Any) -> MetaflowConfig:
        return MetaflowConfig(url, branch=branch)

    @staticmethod
    def _land(block: Block, frame: Any, mode: str, name: str = "users", read: str | None = None) -> None:
        block.begin()
        try:
            if read is not None:
                frame = block.read("read", block.source, read, None, None)
            block.write("write", name, frame, ["id"], mode, "")
            block.land()
        finally:
            block.end()

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        block = Block(MetaflowConfig(url, commit=version))
        return block.read("read", block.source, "users", None, None)

    def conflict(self, url: str, meddle: Callable[[], object], frame: pd.DataFrame) -> None:
        block = Block(MetaflowConfig(url), self._task("conflict"), ())
        block.begin()
        try:
            block.read("read", block.source, "users", None, None)
            meddle()
            block.write("write", "users", frame, ["id"], "replace", "")
            block.land()
        finally:
            block.end()

    def derive(self, url: str) -> None:
        self._land(Block(MetaflowConfig(url), self._task("9"), ()), None, "replace", "derived", "users")

    def shown(self, url: str) -> str:
        config = MetaflowConfig(url)
        return f"{config.location} {config.dict()}"


class Kedro(Door):
    """Datasets of a catalog; `derive` is a run with hooks."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        options = {"primary_key": "id", "mode": mode, "write_id": f"kedro-{write}"}
        conf = branch.to_dict() if isinstance(branch, Branch) else branch
        catalog(users=table(url, branch=conf, save_args=options)).save("users", frame)

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return catalog({"users": version} if version else None, users=table(url)).load("users")

    def derive(self, url: str) -> None:
        from kedro.pipeline import node

        io = catalog(users=table(url), derived=table(url, "derived", save_args={"primary_key": "id"}))
        run_pipeline([node(pd.DataFrame.copy, "users", "derived", name="derive")], io, DoltRunHooks())

    def shown(self, url: str) -> str:
        return repr(catalog(users=table(url))["users"])


DOORS = {"core": Core, "flyte": Flyte, "metaflow": Metaflow, "kedro": Kedro}
