"""Bad input through Flyte: an error of our own tree, with what is wrong in it, and nothing written."""

import typing
from pathlib import Path

import pandas as pd
import pytest
from flytekit import task

from dolt_integrations.core import AppendBranch, CallbackMeta, NewBranch, Remote, SerialBranch
from dolt_integrations.engine import Author
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    DatabaseNotFoundError,
    DoltError,
    QuerySyntaxError,
    RevisionNotFoundError,
    TableNotFoundError,
    WriteQueryError,
)
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository

FRAME = pd.DataFrame({"a": [1]})


def write(config: DoltConfig, frame: typing.Any = FRAME) -> DoltTable:
    """Return a frame from a task."""

    @task
    def make() -> DoltTable:
        return DoltTable(data=frame, config=config)

    return make()


def read(config: DoltConfig) -> int:
    """Read a table in a task that receives it as input."""

    @task
    def count(table: DoltTable) -> int:
        return len(table.data)

    return count(table=DoltTable(config=config))


# Tables


@pytest.mark.parametrize("arguments", [{"config": FRAME}, {"config": "users"}, {"config": {}}, {"data": FRAME}])
def test_a_table_without_a_config_says_how_to_make_one(arguments):
    with pytest.raises(ConfigError, match=r"config of a DoltTable is .*DoltTable\(config=\.\.\., data=\.\.\.\)"):
        DoltTable(**arguments)


# Configs


@pytest.mark.parametrize("use", [write, read])
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "neither `tablename` nor `sql`"),
        ({"tablename": "users", "sql": "select 1"}, "both `tablename` and `sql`"),
        ({"tablename": "users", "io_args": {"primary_kee": "a"}}, "primary_kee.*Did you mean `primary_key`"),
        ({"tablename": "users", "io_args": {"if_exists": "append"}}, "if_exists='append'"),
        ({"tablename": "users", "io_args": {"index": True}}, "index=True"),
        ({"tablename": "users", "io_args": {"mode": "apend"}}, "mode 'apend'.*Did you mean `append`"),
        ({"tablename": "users", "io_args": {"mode": "upsert", "schema": "overwrite"}}, "keeps the table's rows"),
        ({"tablename": "users", "branch_conf": {"_type": "MergeBranch"}}, "missing 2 required positional arguments"),
        ({"tablename": "users", "meta_conf": {"path": "x"}}, "meta_conf .* has no `_type`"),
        ({"tablename": "users", "remote_conf": {"url": "x"}}, "'x' is not the URL of a remote"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_config_that_contradicts_itself(
    shop: Repository, use: typing.Callable[[DoltConfig], object], fields: dict[str, typing.Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        use(DoltConfig(db_path=str(shop.path), **fields))


@pytest.mark.parametrize("key", [3, ["a", 3], {"a": 1}], ids=repr)
def test_a_primary_key_that_is_no_name(shop: Repository, key: typing.Any) -> None:
    with pytest.raises(DoltError, match=r"primary_key|primary key"):
        write(DoltConfig(db_path=str(shop.path), tablename="t", io_args={"primary_key": key}))


@pytest.mark.parametrize("author", ["Bojack", "", 3, "<>"], ids=repr)
def test_an_author_that_is_none(shop: Repository, author: typing.Any) -> None:
    with pytest.raises(ConfigError, match="author"):
        write(DoltConfig(db_path=str(shop.path), tablename="t", io_args={"author": author}))


@pytest.mark.parametrize("db_path", ["", "postgres://host/db", "mysql://host", "mysql://root@127.0.0.1:x/db"])
def test_a_db_path_that_names_no_database(db_path: str) -> None:
    with pytest.raises(ConfigError):
        write(DoltConfig(db_path=db_path, tablename="t"))


@pytest.mark.parametrize(
    "fields",
    [
        {"db_path": 5}, {"db_path": None}, {"tablename": 5}, {"sql": 5}, {"io_args": "mode"},
        {"io_args": ["mode"]}, {"branch_conf": ["main"]}, {"meta_conf": 5}, {"remote_conf": 5}, {"as_of": 5},
        {"branch_conf": {"_type": "NewBranch", "brnch": "a"}}, {"remote_conf": {"ulr": "file:///x"}},
    ],
    ids=repr,
)  # fmt: skip
def test_a_field_of_the_wrong_kind(fields: dict[str, typing.Any]) -> None:
    with pytest.raises(ConfigError):
        DoltConfig(**{"db_path": "shop", "tablename": "t", **fields})


def test_a_branch_a_remote_a_callback_and_an_author_in_short() -> None:
    config = DoltConfig(
        db_path=Path("shop"),  # type: ignore[arg-type]
        tablename="t",
        io_args={"author": Author("Ann", "ann@x.org"), "primary_key": 0},
        branch_conf="main",  # type: ignore[arg-type]
        meta_conf=print,  # type: ignore[arg-type]
        remote_conf="file:///hub",  # type: ignore[arg-type]
    )

    assert (config.branch_conf, config.remote_conf) == (SerialBranch("main"), Remote(url="file:///hub"))
    assert (config.meta_conf, config.primary_key) == (CallbackMeta(print), ["0"])
    assert DoltConfig.from_dict(config.to_dict()).to_dict() == config.to_dict()
    assert config.author == Author("Ann", "ann@x.org")


def test_a_branch_conf_that_is_none(shop: Repository) -> None:
    with pytest.raises(ConfigError, match="branch_conf is 5"):
        DoltConfig(db_path=str(shop.path), tablename="t", branch_conf=5)  # type: ignore[arg-type]


# Missing databases, branches and tables


def test_a_load_of_a_missing_directory_makes_none(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotFoundError, match="dolt init"):
        read(DoltConfig(db_path=str(tmp_path / "nowhere"), tablename="users"))

    assert not (tmp_path / "nowhere").exists()


def test_a_save_into_a_directory_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not touch")

    with pytest.raises(DatabaseNotFoundError, match=str(tmp_path)):
        write(DoltConfig(db_path=str(tmp_path), tablename="t"))

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_table_that_is_not_there(shop: Repository) -> None:
    with pytest.raises(TableNotFoundError, match=r"'user'.*Did you mean `users`"):
        read(DoltConfig(db_path=str(shop.path), tablename="user"))


@pytest.mark.parametrize("branch_conf", [SerialBranch("mian"), AppendBranch("mian"), NewBranch("mian")], ids=repr)
def test_a_load_from_a_branch_that_is_not_there(shop: Repository, branch_conf: typing.Any) -> None:
    with pytest.raises(BranchNotFoundError, match=r"'mian'.*Did you mean `main`"):
        read(DoltConfig(db_path=str(shop.path), tablename="users", branch_conf=branch_conf))


@pytest.mark.parametrize("branch_conf", [SerialBranch("mian"), AppendBranch("mian")], ids=repr)
def test_a_save_to_a_branch_that_is_not_there(shop: Repository, branch_conf: typing.Any) -> None:
    with pytest.raises(BranchNotFoundError, match=r"'mian'.*Did you mean `main`"):
        write(DoltConfig(db_path=str(shop.path), tablename="t", branch_conf=branch_conf))


def test_a_base_that_is_not_there(shop: Repository) -> None:
    with pytest.raises((BranchNotFoundError, RevisionNotFoundError), match="nobase"):
        write(DoltConfig(db_path=str(shop.path), tablename="t", branch_conf=NewBranch("b", base="nobase")))


@pytest.mark.parametrize("as_of", ["v1", "HEAD~9", "0" * 32, "1999-01-01"])
def test_a_version_that_is_not_there(shop: Repository, as_of: str) -> None:
    with pytest.raises(RevisionNotFoundError, match=as_of):
        read(DoltConfig(db_path=str(shop.path), tablename="users", as_of=as_of))


# Queries


def test_data_for_a_query(shop: Repository) -> None:
    with pytest.raises(ConfigError, match=r"read-only.*tablename"):
        write(DoltConfig(db_path=str(shop.path), sql="select * from users"))


def test_data_for_the_past(shop: Repository) -> None:
    with pytest.raises(ConfigError, match=r"HEAD~1.*read-only"):
        write(DoltConfig(db_path=str(shop.path), tablename="users", as_of="HEAD~1"))


def test_a_changed_query(shop: Repository) -> None:
    @task
    def change(table: DoltTable) -> DoltTable:
        table.data.loc[0, "name"] = "Bob"
        return table

    with pytest.raises(ConfigError, match="read-only"):
        change(table=DoltTable(config=DoltConfig(db_path=str(shop.path), sql="select * from users")))


def test_sql_that_does_not_parse(shop: Repository) -> None:
    with pytest.raises(QuerySyntaxError, match="selct"):
        read(DoltConfig(db_path=str(shop.path), sql="selct * from users"))


def test_sql_that_names_a_table_that_is_not_there(shop: Repository) -> None:
    with pytest.raises(TableNotFoundError, match="user"):
        read(DoltConfig(db_path=str(shop.path), sql="select * from user"))


@pytest.mark.parametrize(
    "sql", ["delete from users", "call dolt_branch('x')", "drop table users", "select 1; drop table users"]
)
def test_sql_that_writes(shop: Repository, sql: str) -> None:
    with pytest.raises((WriteQueryError, QuerySyntaxError)):
        read(DoltConfig(db_path=str(shop.path), sql=sql))
