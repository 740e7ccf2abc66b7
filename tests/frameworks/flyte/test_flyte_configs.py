"""Every place where a task's annotation may name a `DoltConfig`, and its branch there."""

import datetime
import typing
from pathlib import Path

import pytest
from flytekit import FlyteContextManager, task, workflow
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal

from dolt_integrations.core import AppendBranch, Branch, DoltMeta, NewBranch, Remote, SerialBranch
from dolt_integrations.engine.names.trust import FromLiteral
from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.helpers.frameworks.annotated import Settings, literal_of

BRANCHES = [
    None,
    SerialBranch(),
    SerialBranch("main"),
    AppendBranch(branch="main"),
    NewBranch("run/1"),
    NewBranch("run/1", base="main"),
]


def there_and_back(value: typing.Any, python_type: typing.Any) -> typing.Any:
    literal = Literal.from_flyte_idl(literal_of(value, python_type).to_flyte_idl())
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), literal, python_type)


@pytest.mark.parametrize("branch_conf", BRANCHES, ids=repr)
def test_a_config_keeps_its_branch(branch_conf: Branch | None) -> None:
    config = DoltConfig(db_path="p", tablename="t", branch_conf=branch_conf)

    @task
    def pass_on(conf: DoltConfig) -> DoltConfig:
        return conf

    @workflow
    def wf(conf: DoltConfig) -> DoltConfig:
        return pass_on(conf=pass_on(conf=conf))

    assert wf(conf=config) == config


@pytest.mark.parametrize("branch_conf", BRANCHES, ids=repr)
def test_a_config_in_a_dataclass_keeps_its_branch(branch_conf: Branch | None) -> None:
    config = DoltConfig(db_path="p", tablename="t", branch_conf=branch_conf)

    @task
    def pass_on(settings: Settings) -> Settings:
        return settings

    assert pass_on(settings=Settings("n", config, config)) == Settings("n", config, config)


@pytest.mark.parametrize("branch_conf", BRANCHES, ids=repr)
def test_the_config_of_a_table_keeps_its_branch(branch_conf: Branch | None) -> None:
    config = DoltConfig(db_path="p", tablename="t", branch_conf=branch_conf)

    @task
    def pass_on(table: DoltTable) -> DoltTable:
        return table

    assert pass_on(table=DoltTable(config=config)).config == config


@pytest.mark.parametrize(
    "python_type",
    [
        DoltConfig,
        DoltConfig | None,
        list[DoltConfig],
        dict[str, DoltConfig],
    ],
    ids=str,
)
def test_a_config_travels_in_every_container(python_type: typing.Any) -> None:
    config = DoltConfig(
        db_path="p",
        sql="select 1",
        io_args={"primary_key": ["a", "b"], "author": "A <a@b>", "index": False},
        branch_conf=NewBranch("b"),
        as_of="HEAD~1",
    )
    values = {list[DoltConfig]: [config], dict[str, DoltConfig]: {"x": config}}
    value = values.get(python_type, config)

    assert there_and_back(value, python_type) == value


def test_a_config_of_a_path_object_travels_as_text() -> None:
    assert there_and_back(DoltConfig(db_path=Path("/a/b"), tablename="t"), DoltConfig).db_path == "/a/b"


def test_a_config_of_a_date_travels_as_text() -> None:
    assert (
        there_and_back(DoltConfig("p", tablename="t", as_of=datetime.date(2026, 1, 2)), DoltConfig).as_of
        == "2026-01-02"
    )


def test_every_place_that_a_literal_names_is_known_to_come_from_one() -> None:
    url = "mysql://me@only.in.a.literal/shop"
    config = DoltConfig.from_dict(
        {
            "db_path": url,
            "tablename": "t",
            "as_of": f"execution:ex:p:d:n of {url}",
            "meta_conf": {"_type": "DoltMeta", "db": url, "tablename": "loads"},
            "remote_conf": {"name": "origin", "url": "https://only.in.a.literal/shop"},
        }
    )

    assert isinstance(config.meta_conf, DoltMeta)
    assert config.remote_conf is not None
    places = [config.db_path, config.as_of, config.meta_conf.db, config.remote_conf.url]
    assert [type(place) for place in places] == [FromLiteral] * 4


def test_a_remote_that_a_literal_names_by_its_url_alone_is_known_to_come_from_one() -> None:
    fields = {"db_path": "p", "tablename": "t"}

    by_url = DoltConfig.from_dict({**fields, "remote_conf": "https://only.in.a.literal/shop"}).remote_conf
    by_name = DoltConfig.from_dict({**fields, "remote_conf": "backup"}).remote_conf

    assert by_url is not None
    assert isinstance(by_url.url, FromLiteral)
    assert by_name == Remote("backup")


def test_the_only_schema_of_a_save_is_overwrite() -> None:
    with pytest.raises(ConfigError, match="schema='append'"):
        DoltConfig("p", tablename="t", io_args={"schema": "append"}).check()
