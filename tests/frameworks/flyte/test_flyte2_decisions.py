"""What is decided of a task of Flyte 2 without running one: which attempt it is, and which frames are unsaved."""

from __future__ import annotations

import asyncio
import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import msgpack
import pandas as pd
import pytest
from flyte.errors import RuntimeUserError
from flyte.io import DataFrame
from flyteidl2.core.literals_pb2 import Binary, Literal, Primitive, Scalar
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from pydantic import BaseModel

from dolt_integrations.errors import ConfigError, LiteralError, NotADoltTableError
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.table import DoltTable
from flyteplugins.dolt import cache_place, failures
from flyteplugins.dolt.conversions import to_dataframe, to_dolt_table
from flyteplugins.dolt.failures import reported
from flyteplugins.dolt.nested import _save, _unsaved_in
from flyteplugins.dolt.runtime import _attempt_of
from flyteplugins.dolt.transformers import DoltConfigTransformer, DoltTableTransformer, _hash


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


@pytest.mark.parametrize(("mode", "said", "number"), [("remote", "3", 3), ("local", "3", 0), ("remote", "x", 0)])
def test_the_backend_says_which_attempt_it_is_and_a_local_run_counts_itself(
    mode: str, said: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", said)

    assert _attempt_of(context(f"s3://{mode}-{said}/run", mode)).number == number


@pytest.mark.parametrize("place", ["s3://bucket/files/r/a0/raw", "/var/raw"])
def test_other_runs_share_the_cache_beside_a_tasks_files(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    running = SimpleNamespace(raw_data_path=SimpleNamespace(path=place), action=SimpleNamespace(run_name="r"))
    now = SimpleNamespace(data=SimpleNamespace(task_context=running))
    monkeypatch.setattr(cache_place, "internal_ctx", lambda: now)

    assert cache_place.cache_url() == ("s3://bucket/files/dolt-integrations" if "s3" in place else None)
    now.data.task_context = None
    assert cache_place.cache_url() is None


def test_all_saves_of_a_running_action_are_of_one_attempt() -> None:
    running = context("s3://one-attempt/run")

    assert _attempt_of(running) is _attempt_of(running)


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


class Model(BaseModel):
    """A model that a task returns."""

    frame: Any


@pytest.mark.parametrize(
    "hold", [Holder, lambda frame: Model(frame=frame), lambda frame: {"a": [frame]}, lambda frame: (1, frame)]
)
def test_new_frames_for_dolt_are_found_wherever_they_are_nested(hold: Any) -> None:
    frame = DataFrame.from_df(pd.DataFrame({"a": [1]}), uri="dolt:///data/t")
    assert list(_unsaved_in(hold(frame))) == [frame]

    frame._already_uploaded = True
    assert list(_unsaved_in(hold(frame))) == []


def test_a_new_frame_that_is_bound_outside_of_a_task_is_refused() -> None:
    frame = DataFrame.from_df(pd.DataFrame({"a": [1]}), uri="dolt://me@db/shop/t")

    with pytest.raises(ConfigError, match=r"bound outside of a task; only tasks write.*Return it from a task"):
        asyncio.run(_save(frame))


@pytest.mark.parametrize("given", [7, None, "users"])
def test_another_value_is_neither_a_table_nor_a_config(given: Any) -> None:
    for transformer, kind in ((DoltTableTransformer(), DoltTable), (DoltConfigTransformer(), DoltConfig)):
        with pytest.raises(NotADoltTableError, match=f"is not a {kind.__name__}"):
            asyncio.run(transformer.to_literal(given, kind, transformer.get_literal_type()))


def test_only_a_dataframe_with_a_uri_becomes_a_table() -> None:
    with pytest.raises(ConfigError, match=r"7 of type int is not a flyte\.io\.DataFrame"):
        to_dolt_table(cast("Any", 7))
    with pytest.raises(ConfigError, match="without a URI names no database"):
        to_dolt_table(DataFrame.from_df(pd.DataFrame({"a": [1]})))
    with pytest.raises(NotADoltTableError, match="is not a DoltTable"):
        to_dataframe(cast("Any", 7))


def test_a_config_comes_back_from_its_literal_or_from_the_field_of_a_dataclass() -> None:
    config, transformer = DoltConfig("mysql://me@db/shop", "t", io_args={"primary_key": "id"}), DoltConfigTransformer()
    literal = asyncio.run(transformer.to_literal(config, DoltConfig, transformer.get_literal_type()))
    packed = Literal(scalar=Scalar(binary=Binary(value=msgpack.dumps(config.to_dict()), tag="msgpack")))

    assert asyncio.run(transformer.to_python_value(literal, DoltConfig)).to_dict() == config.to_dict()
    assert asyncio.run(transformer.to_python_value(packed, DoltConfig)).to_dict() == config.to_dict()


def test_a_literal_of_another_kind_is_refused() -> None:
    number = Literal(scalar=Scalar(primitive=Primitive(integer=7)))
    broken = Literal(scalar=Scalar(binary=Binary(value=b"\xc1", tag="msgpack")))

    for transformer, kind in ((DoltTableTransformer(), DoltTable), (DoltConfigTransformer(), DoltConfig)):
        with pytest.raises(LiteralError, match=f"a {kind.__name__} is stored as a STRUCT, .* is a primitive"):
            asyncio.run(transformer.to_python_value(number, kind))
        with pytest.raises(LiteralError, match="is not msgpack"):
            asyncio.run(transformer.to_python_value(broken, kind))


def test_a_literal_type_is_that_of_its_own_class_only() -> None:
    table, config = DoltTableTransformer(), DoltConfigTransformer()

    assert table.guess_python_type(table.get_literal_type()) is DoltTable
    assert config.guess_python_type(config.get_literal_type()) is DoltConfig
    for other in (config.get_literal_type(), LiteralType(simple=SimpleType.STRUCT), LiteralType()):
        with pytest.raises(ValueError, match="is not the literal type of DoltTable"):
            table.guess_python_type(other)
