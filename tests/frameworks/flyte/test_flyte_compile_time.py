"""Compiling, registering and packaging a workflow neither writes nor connects."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flytekit import LaunchPlan, Workflow, task, workflow
from flytekit.configuration import ImageConfig, SerializationSettings
from flytekit.core.context_manager import FlyteContextManager
from flytekit.tools.translator import get_serializable

from dolt_integrations.core import read_table, write_table
from flytekitplugins.dolt import DoltConfig, DoltTable

SETTINGS = SerializationSettings(ImageConfig.auto(img_name="example.org/x:1"), "project", "domain", "version")


@dataclasses.dataclass
class Job:
    table: DoltTable


@task
def show(table: DoltTable) -> int:
    return len(table.data)


@task
def show_each(tables: list[DoltTable]) -> int:
    return len(tables)


@task
def show_named(tables: dict[str, DoltTable]) -> int:
    return len(tables)


@task
def show_optional(table: DoltTable | None) -> int:
    return 0 if table is None else 1


@task
def show_job(job: Job) -> int:
    return len(job.table.data)


@task
def show_anything(table: Any) -> int:
    return 1


def rows(**fields: Any) -> DoltTable:
    return DoltTable(DoltConfig("db", "seed", **fields), pd.DataFrame({"a": [1]}))


def past() -> DoltTable:
    return DoltTable(DoltConfig("db", "users", as_of="HEAD~1"))


def compiled(entity: Any) -> str:
    return str(get_serializable(OrderedDict(), SETTINGS, entity).to_flyte_idl())


def bound_plainly(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show(table=table)

    return wf


def bound_in_a_list(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show_each(tables=[table])

    return wf


def bound_in_a_dict(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show_named(tables={"x": table})

    return wf


def bound_as_an_optional(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show_optional(table=table)

    return wf


def bound_in_a_dataclass(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show_job(job=Job(table))

    return wf


def bound_in_a_pickle(table: DoltTable) -> Any:
    @workflow
    def wf() -> int:
        return show_anything(table=table)

    return wf


def bound_imperatively(table: DoltTable) -> Any:
    wf = Workflow(name="imperative")
    node = wf.add_entity(show, table=table)
    wf.add_workflow_output("o0", node.outputs["o0"])
    return wf


def bound_in_a_subworkflow(table: DoltTable) -> Any:
    inner = bound_plainly(table)

    @workflow
    def outer() -> int:
        return inner()

    return outer


def default_of_a_task(table: DoltTable) -> Any:
    @task
    def show_default(table: DoltTable = table) -> int:
        return len(table.data)

    @workflow
    def wf() -> int:
        return show_default()

    return wf


def default_of_a_workflow(table: DoltTable) -> Any:
    @workflow
    def wf(table: DoltTable = table) -> int:
        return show(table=table)

    return LaunchPlan.get_default_launch_plan(FlyteContextManager.current_context(), wf)


def default_of_a_launch_plan(table: DoltTable) -> Any:
    @workflow
    def wf(table: DoltTable) -> int:
        return show(table=table)

    return LaunchPlan.create("plan", wf, default_inputs={"table": table})


def fixed_in_a_launch_plan(table: DoltTable) -> Any:
    @workflow
    def wf(table: DoltTable) -> int:
        return show(table=table)

    return LaunchPlan.create("plan", wf, fixed_inputs={"table": table})


def fixed_in_a_list_of_a_launch_plan(table: DoltTable) -> Any:
    @workflow
    def wf(tables: list[DoltTable]) -> int:
        return show_each(tables=tables)

    return LaunchPlan.create("plan", wf, fixed_inputs={"tables": [table]})


PLACES: list[Callable[[DoltTable], Any]] = [
    bound_plainly,
    bound_in_a_list,
    bound_in_a_dict,
    bound_as_an_optional,
    bound_in_a_dataclass,
    bound_imperatively,
    bound_in_a_subworkflow,
    default_of_a_task,
    default_of_a_workflow,
    default_of_a_launch_plan,
    fixed_in_a_launch_plan,
    fixed_in_a_list_of_a_launch_plan,
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    LaunchPlan.CACHE.clear()
    return tmp_path


@pytest.mark.parametrize("place", [*PLACES, bound_in_a_pickle], ids=lambda place: place.__name__)
def test_rows_in_a_definition_are_refused_and_not_written(place: Callable[[DoltTable], Any], folder: Path) -> None:
    with pytest.raises(Exception, match=r"seed.*Return the table from a task"):
        compiled(place(rows(io_args={"mode": "append"})))

    assert not (folder / "db").exists()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_reference_to_the_past_stays_as_it_is_written(place: Callable[[DoltTable], Any], folder: Path) -> None:
    spec = compiled(place(past()))

    assert "HEAD~1" in spec or b"HEAD~1".hex() in spec
    assert not (folder / "db").exists()


def test_rows_that_were_read_are_refused_too(folder: Path) -> None:
    write_table("db", "seed", pd.DataFrame({"a": [1]}))
    table = DoltTable(DoltConfig("db", "seed"))
    assert len(table.data) == 1

    with pytest.raises(Exception, match="has rows but is bound"):
        compiled(bound_plainly(table))


def test_each_local_run_resolves_the_past_anew(folder: Path) -> None:
    write_table("db", "users", pd.DataFrame({"a": [1]}))
    write_table("db", "users", pd.DataFrame({"a": [1, 2]}))
    wf = bound_plainly(past())
    assert wf() == 1

    write_table("db", "users", pd.DataFrame({"a": [1, 2, 3]}))

    assert wf() == 2


def test_an_input_of_a_local_run_is_written(folder: Path) -> None:
    @workflow
    def wf(table: DoltTable) -> int:
        return show(table=table)

    assert wf(table=rows()) == 1
    assert read_table("db", "seed").data["a"].tolist() == [1]
