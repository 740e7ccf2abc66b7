"""The adapters that the contract suite tests. Each saves and loads as its framework's users do.

Add a new one as a subclass of `Adapter`, and to `ADAPTERS` in test_contract.py. Those of Flyte 2 are in
flyte2_adapters.py.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pandas as pd
import pytest
from flytekit import FlyteContext, FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.types.structured import StructuredDataset

from dolt_integrations.core import Branch, MergeBranch, find_version, read_table, write_table
from dolt_integrations.kedro import DoltRunHooks
from dolt_integrations.metaflow import DoltConfig as MetaflowConfig
from dolt_integrations.metaflow.block import Block
from dolt_integrations.metaflow.client import RunningTask
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.frameworks.flyte.test_flyte_attempts import context
from tests.helpers.frameworks.catalogs import catalog, run_pipeline, table
from tests.helpers.frameworks.flows import FLOWS, Workplace


class Adapter:
    """A framework's way to save and load the table `users`, whose key is `id`."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        """Write a frame. A second call with the same `write` is a retry."""
        raise NotImplementedError

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        """Read the table, at a version."""
        raise NotImplementedError

    def derive(self, url: str) -> None:
        """Read `users`, and write the rows to the table `derived`, in one task of the framework."""
        raise NotImplementedError

    def shown(self, url: str) -> str:
        """Return what the framework displays of a table with this URL."""
        raise NotImplementedError

    def conflict(self, url: str, meddle: Callable[[], object], frame: pd.DataFrame) -> None:
        """Write a frame that was computed from the newest version; `meddle` commits as another writer in between."""
        start = find_version(url).commit
        meddle()
        self.save(url, frame, branch=MergeBranch(start, "main"), write="conflict")


class Core(Adapter):
    """Plain Python."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        options = {"branch_conf": branch, "mode": mode, "write_id": f"core-{write}"}
        write_table(url, "users", frame, primary_key="id", message="Run: core/1", **options)

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return read_table(url, "users", as_of=version).data

    def derive(self, url: str) -> None:
        loaded = read_table(url, "users")
        message = f"Run: core/2\n\nRun-Input: {loaded.version.commit} users of {url}"
        write_table(url, "derived", loaded.data, primary_key="id", message=message)

    def shown(self, url: str) -> str:
        from dolt_integrations import Repository

        return repr(Repository(url).table("users"))


class Flyte(Adapter):
    """`DoltTable` of Flyte 1, in the context of a pod."""

    def __init__(self) -> None:
        self._attempts = itertools.count()

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        config = DoltConfig(url, "users", branch_conf=branch, io_args={"primary_key": "id", "mode": mode})
        self.hand_over(DoltTable(data=frame, config=config), write)

    def hand_over(self, returned: Any, node: str) -> None:
        """Return a value from a task."""
        with self.pod(node) as current:
            literal_of(current, returned)

    @contextmanager
    def pod(self, node: str) -> Iterator[FlyteContext]:
        """Become the next attempt of a node."""
        number = next(self._attempts)
        pod = context(f"s3://bucket/metadata/p-d-nightly/n{node}/data/{number}", "v1")
        with pytest.MonkeyPatch.context() as patch, FlyteContextManager.with_context(pod.new_builder()) as current:
            patch.setenv("FLYTE_ATTEMPT_NUMBER", str(number))
            yield current

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        return DoltTable(config=DoltConfig(url, "users", as_of=version)).data

    def derive(self, url: str) -> None:
        with self.pod("9") as current:
            config = DoltConfig(url, "derived", io_args={"primary_key": "id"})
            literal_of(current, DoltTable(data=self.load(url), config=config))

    def shown(self, url: str) -> str:
        returned = DoltTable(config=DoltConfig(url, "users"))
        return f"{returned!r} {returned.to_dict()}"


class Dataset(Flyte):
    """`StructuredDataset`s of Flyte 1 at `dolt://` URIs, in the context of a pod."""

    def save(self, url: str, frame: Any, *, branch: Any = None, mode: str = "replace", write: str = "1") -> None:
        uri = uri_of(url, key="id", mode=mode, **members_of(branch))
        with environment_of(url):
            self.hand_over(StructuredDataset(dataframe=frame, uri=uri), write)

    def load(self, url: str, version: str | None = None) -> pd.DataFrame:
        current = FlyteContextManager.current_context()
        with environment_of(url):
            received = literal_of(current, StructuredDataset(uri=uri_of(url, as_of=version)))
            return TypeEngine.to_python_value(current, received, pd.DataFrame)

    def derive(self, url: str) -> None:
        with self.pod("9") as current:
            literal_of(current, StructuredDataset(self.load(url), uri_of(url, "derived", key="id")))

    def shown(self, url: str) -> str:
        return repr(StructuredDataset(uri=uri_of(url)))


def literal_of(current: FlyteContext, value: Any) -> Any:
    """Return the literal of what a task of Flyte 1 returns."""
    return TypeEngine.to_literal(current, value, type(value), TypeEngine.to_literal_type(type(value)))


def uri_of(url: str, name: str = "users", **members: str | None) -> str:
    """Return the `dolt://` URI of a table, without the password that the database's URL may have."""
    parts = urlsplit(url)
    server = f"{parts.username}@{parts.hostname}:{parts.port}" if parts.scheme else ""
    said = "&".join(f"{member}={quote(value, safe='/')}" for member, value in members.items() if value is not None)
    return f"dolt://{server}{parts.path}/{name}?{said}".rstrip("?")


def members_of(branch: Any) -> dict[str, str]:
    """Return a branch config as members of a URI."""
    said = {} if branch is None else {"branch": branch} if isinstance(branch, str) else branch.to_dict()
    return {name: value for name, value in said.items() if name != "_type" and value is not None}


@contextmanager
def environment_of(url: str) -> Iterator[None]:
    """Return the environment in which users of URIs give a password, with the server that it is for."""
    password = urlsplit(url).password
    with pytest.MonkeyPatch.context() as patch:
        if password is not None:
            patch.setenv("DOLT_CLI_PASSWORD", password.replace("%20", " "))
            patch.setenv("DOLT_CLI_HOST", "127.0.0.1")
        yield


class Metaflow(Adapter):
    """Blocks of Metaflow, whose tasks have their own processes."""

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
    def _land(block: Block, frame: Any, mode: str) -> None:
        block.begin()
        try:
            block.write("write", "users", frame, ["id"], mode, "")
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
        """Run a flow as a user does: `python flow.py run`, each step in an interpreter that is new."""
        with tempfile.TemporaryDirectory() as folder:
            Workplace(Path(folder), interpreter=sys.executable).run(FLOWS / "derive_flow.py", "--database", url)

    def shown(self, url: str) -> str:
        config = MetaflowConfig(url)
        return f"{config.location} {config.dict()}"


class Kedro(Adapter):
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
