"""What is decided of a task of Flyte 2 without running one: which attempt it is, and which frames are unsaved."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from flyte.errors import RuntimeUserError
from flyte.io import DataFrame

from dolt_integrations.errors import ConfigError
from flyteplugins.dolt import failures
from flyteplugins.dolt.failures import reported
from flyteplugins.dolt.nested import _unsaved_in
from flyteplugins.dolt.runtime import _attempt_of
from flyteplugins.dolt.transformers import _hash


def context(bucket: str = "s3://bucket/run", mode: str = "remote") -> Any:
    """Return the context of an action, whose scope is an attempt of its own."""
    action = SimpleNamespace(org="o", project="p", domain="d", run_name="r", name="a0")
    return SimpleNamespace(
        action=action, task_action=None, run_start_time=None, run_base_dir=bucket, mode=mode, data={}
    )


def test_an_action_that_runs_again_in_one_process_is_its_next_attempt() -> None:
    attempts = [_attempt_of(context("s3://again/run")) for _ in range(2)]

    assert [attempt.number for attempt in attempts] == [0, 1]
    assert attempts[0].node == attempts[1].node


def test_actions_of_one_name_whose_data_is_elsewhere_are_two_nodes() -> None:
    assert _attempt_of(context("s3://one/run")).node != _attempt_of(context("s3://other/run")).node


def test_equal_rows_at_another_place_have_another_hash() -> None:
    def of(table: str) -> str:
        return _hash({"config": {"db_path": "db", "tablename": table}, "version": {"table_hash": "h"}})

    assert of("a") != of("b")
    assert of("a") == of("a")
    assert _hash({"config": {}, "version": None}) == ""


@pytest.mark.parametrize(
    ("mode", "raised"), [(None, ConfigError), ("local", ConfigError), ("remote", RuntimeUserError)]
)
def test_an_error_is_translated_only_in_a_container(
    mode: str | None, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = context(mode=mode) if mode else None
    monkeypatch.setattr(failures, "internal_ctx", lambda: SimpleNamespace(data=SimpleNamespace(task_context=running)))

    with pytest.raises(raised, match="a problem"), reported():
        raise ConfigError("a problem")


@dataclasses.dataclass
class Holder:
    """A dataclass that a task returns."""

    frame: DataFrame


@pytest.mark.parametrize("hold", [Holder, lambda frame: {"a": [frame]}, lambda frame: (1, frame)])
def test_new_frames_for_dolt_are_found_wherever_they_are_nested(hold: Any) -> None:
    frame = DataFrame.from_df(pd.DataFrame({"a": [1]}), uri="dolt:///data/t")
    assert list(_unsaved_in(hold(frame))) == [frame]

    frame._already_uploaded = True
    assert list(_unsaved_in(hold(frame))) == []
