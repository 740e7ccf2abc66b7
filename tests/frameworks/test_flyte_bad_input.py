"""Bad input through Flyte: an error of our own tree, with what is wrong in it, and nothing written."""

import dataclasses
import shutil
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
    DataError,
    DoltError,
    InvalidNameError,
    PrimaryKeyError,
    QuerySyntaxError,
    RevisionNotFoundError,
    TableNotFoundError,
    UncommittedChangesError,
    UnsupportedTypeError,
    UnsupportedValueError,
    WriteQueryError,
)
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository, new_repository

FRAME = pd.DataFrame({"a": [1]})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A database with a table `users`, to be copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        repository = new_repository(tmp_path_factory.mktemp("template") / "shop")
        repository.dolt("sql", "-q", "create table users (a int primary key, name text)")
        repository.dolt("sql", "-q", "insert into users values (1, 'Alice'); call dolt_commit('-Am', 'users')")
    return repository


@pytest.fixture
def shop(template: Repository, tmp_path: Path) -> typing.Iterator[Repository]:
    """A database with a table `users`; whatever a test does to it, nothing may be written."""
    repository = Repository(tmp_path / "shop")
    shutil.copytree(template.path, repository.path)
    yield repository
    assert state(repository) == state(template)


def state(repository: Repository) -> str:
    """Every branch and its head, what is uncommitted, and the rows."""
    branches = "select name, hash from dolt_branches order by name"
    return repository.dolt("sql", "-r", "csv", "-q", f"{branches}; select * from dolt_status; select * from users")


def write(config: DoltConfig, frame: typing.Any = FRAME) -> DoltTable:
    """Return a frame from a task."""

    @task
    def make() -> DoltTable:
        return DoltTable(data=frame, config=config)

    return make()


def read(config: DoltConfig) -> int:
    """Read a table in a task that gets it as its input."""

    @task
    def count(table: DoltTable) -> int:
        return len(table.data)

    return count(table=DoltTable(config=config))


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


# What is not there


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


# Frames


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (pd.DataFrame(), DataError, "no columns"),
        (pd.DataFrame(index=[0, 1]), DataError, "no columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), InvalidNameError, "'a'.*twice"),
        (pd.DataFrame([[1, 2]], columns=["a", "A"]), InvalidNameError, "case"),
        (pd.DataFrame([[1]], columns=[1.5]), InvalidNameError, "not named by a string"),
        (pd.DataFrame({"": [1]}), InvalidNameError, "empty"),
        (pd.DataFrame({"a": [float("inf")]}), UnsupportedValueError, "'a'.*row 0"),
        (pd.DataFrame({"a": [object()]}), UnsupportedTypeError, "'a'.*row 0"),
        (pd.DataFrame({"a": [1 + 2j]}), UnsupportedTypeError, "complex"),
    ],
    ids=["empty", "index only", "duplicate", "case", "number", "no name", "inf", "object", "complex"],
)
def test_a_frame_that_cannot_be_stored(
    shop: Repository, frame: pd.DataFrame, error: type[DoltError], message: str
) -> None:
    with pytest.raises(error, match=message):
        write(DoltConfig(db_path=str(shop.path), tablename="users"), frame)


@pytest.mark.parametrize("data", [[{"a": 1}], {"a": [1]}, "a", FRAME["a"]], ids=["list", "dict", "text", "series"])
def test_data_that_is_no_frame(shop: Repository, data: typing.Any) -> None:
    with pytest.raises(DoltError, match="DataFrame"):
        write(DoltConfig(db_path=str(shop.path), tablename="users"), data)


@pytest.mark.parametrize(
    ("frame", "key", "message"),
    [
        (pd.DataFrame({"a": [1, 1]}), "a", "duplicates"),
        (pd.DataFrame({"a": pd.array([1, None], "Int64")}), "a", "NULLs"),
        (pd.DataFrame({"a": [1]}), "b", "'b' is not a column"),
    ],
    ids=["duplicates", "null", "no column"],
)
def test_a_key_that_is_none(shop: Repository, frame: pd.DataFrame, key: str, message: str) -> None:
    with pytest.raises(PrimaryKeyError, match=message):
        write(DoltConfig(db_path=str(shop.path), tablename="t", io_args={"primary_key": key}), frame)


@pytest.mark.parametrize("tablename", ["", "dolt_log", "x" * 65, "a "])
def test_a_table_name_that_dolt_does_not_take(shop: Repository, tablename: str) -> None:
    with pytest.raises(InvalidNameError):
        write(DoltConfig(db_path=str(shop.path), tablename=tablename))


def test_a_table_with_uncommitted_changes(repository: Repository) -> None:
    repository.dolt("sql", "-q", "create table t (a int)")

    with pytest.raises(UncommittedChangesError, match=r"`t`.*dolt add -f t"):
        write(DoltConfig(db_path=str(repository.path), tablename="t"))

    assert repository.sql("select count(*) as n from t") == [{"n": "0"}]


def test_a_new_branch_is_not_left_behind_by_a_save_that_fails(shop: Repository) -> None:
    with pytest.raises(PrimaryKeyError):
        write(
            DoltConfig(db_path=str(shop.path), tablename="t", branch_conf=NewBranch("b"), io_args={"primary_key": "no"})
        )


# What flytekit wraps


def test_a_task_that_returns_something_else_says_what_is_wanted(shop: Repository) -> None:
    @task
    def make() -> DoltTable:
        return FRAME  # type: ignore[return-value]

    with pytest.raises(Exception, match="DoltTable"):
        make()


@pytest.mark.parametrize("python_type", [DoltTable, DoltTable | None], ids=["plain", "optional"])
def test_the_error_of_an_output_says_what_is_wrong(shop: Repository, python_type: typing.Any) -> None:
    def make() -> typing.Any:
        return DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))

    make.__annotations__["return"] = python_type

    with pytest.raises(Exception, match="the frame for table `users` has no columns"):
        task(make)()


def test_the_error_of_one_of_many_outputs_says_what_is_wrong(shop: Repository) -> None:
    @task
    def make() -> list[DoltTable]:
        return [DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))]

    with pytest.raises(DataError, match="the frame for table `users` has no columns"):
        make()


@dataclasses.dataclass
class Report:
    table: DoltTable
    other: DoltTable | None = None


@pytest.mark.parametrize("field", ["table", "other"])
def test_the_error_of_a_field_of_a_dataclass_says_what_is_wrong(shop: Repository, field: str) -> None:
    good = DoltTable(config=DoltConfig(db_path=str(shop.path), tablename="users"))
    bad = DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))

    @task
    def make() -> Report:
        return Report(**{"table": good, field: bad})

    with pytest.raises(Exception, match="the frame for table `users` has no columns"):
        make()


def test_an_error_in_a_task_keeps_its_class_and_cause(shop: Repository) -> None:
    with pytest.raises(TableNotFoundError) as caught:
        read(DoltConfig(db_path=str(shop.path), tablename="user"))

    assert isinstance(caught.value.__cause__, DoltError)
