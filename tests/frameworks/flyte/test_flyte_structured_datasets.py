"""`StructuredDataset`s with `dolt://` URIs."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from flytekit.models.types import SimpleType
from flytekit.types.structured import StructuredDataset

from dolt_integrations.core import Version, read_arrow, write_table
from dolt_integrations.errors import ColumnNotFoundError, ConfigError, TableNotFoundError
from dolt_integrations.flyte.datasets.dataset import ARROW, iter_as
from flytekitplugins.dolt import DoltConfig, DoltTable, to_dolt_table, to_structured_dataset
from tests.conftest import Repository, new_repository
from tests.helpers.frameworks import dataset_workflow as tasks
from tests.helpers.frameworks.pods import Pods, literal


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Repository:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        return new_repository(tmp_path_factory.mktemp("databases") / "shop")


@pytest.fixture(scope="module")
def made(shop) -> StructuredDataset:
    """Return what the next task receives if a task returns a frame with a URI."""
    return tasks.make(db=str(shop.path))


def test_the_literal_is_pinned_to_the_commit_of_the_save(shop, made):
    write_table(shop.path, "users", tasks.FRAME.iloc[:1], branch_conf="run/1")
    commit = made.literal.uri.partition("commit=")[2][:32]

    assert made.literal.uri.startswith(f"dolt://{shop.path}/users?branch=run/1&key=id&commit={commit}&hash=")
    assert "Flyte-Task: tests.helpers.frameworks.dataset_workflow.make" in shop.messages(commit)[0]
    pd.testing.assert_frame_equal(made.open(pd.DataFrame).all(), tasks.FRAME)


def test_the_literal_type_has_the_columns_with_their_types(made):
    found = {c.name: c.literal_type.simple for c in made.metadata.structured_dataset_type.columns}
    wanted = {"id": SimpleType.INTEGER, "name": SimpleType.STRING, "at": SimpleType.DATETIME, "ok": SimpleType.BOOLEAN}

    assert found == wanted


def test_frames_of_arrow_and_polars_go_in_and_come_out(shop, made):
    rows = tasks.make_arrow(db=str(shop.path)).open(pa.Table).all()
    frame = tasks.make_polars(db=str(shop.path)).open(pl.DataFrame).all()

    assert rows.schema.field("id").type == pa.int16()
    assert rows.schema.field("tags").type == pa.list_(pa.string())
    assert frame.equals(pl.DataFrame({"id": [1], "name": ["a"]}))
    assert made.open(pl.DataFrame).all().schema["at"] == pl.Datetime("us")


def test_a_dataset_is_read_in_batches(shop, monkeypatch):
    commit = write_table(
        shop.path, "many", pd.DataFrame({"n": range(5), "none": [None] * 4 + ["x"]}), primary_key="n"
    ).commit
    monkeypatch.setattr(DoltTable.iter_batches, "__defaults__", (2,))
    uri = f"dolt://{shop.path}/many?commit={commit}"
    dataset = StructuredDataset(uri=uri)
    dataset.open(pd.DataFrame).all()

    assert [len(batch) for batch in dataset.open(pd.DataFrame).iter()] == [2, 2, 1]
    assert {str(batch.schema.field("none").type) for batch in dataset.open(pa.Table).iter()} == {"large_string"}
    assert pl.concat(dataset.open(pl.DataFrame).iter())["n"].to_list() == [0, 1, 2, 3, 4]


def test_annotated_columns_are_read_and_no_others(shop):
    assert tuple(tasks.part(db=str(shop.path))) == (["id"], ["name"])
    assert read_arrow(shop.path, "part")[0].column_names == list(tasks.FRAME)


def test_a_declared_column_that_the_frame_lacks_is_an_error_before_anything_is_written(shop):
    with pytest.raises(ColumnNotFoundError, match="Did you mean `name`"):
        tasks.make_wrong_part(db=str(shop.path))

    with pytest.raises(TableNotFoundError):
        read_arrow(shop.path, "wrong")


def test_a_uri_that_would_become_a_file_is_an_error_and_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="does not begin with dolt://"):
        tasks.make_at(uri=f"dolt:{tmp_path}/shop/users")

    assert list(tmp_path.iterdir()) == []


def test_tasks_with_plain_frames_take_a_dataset_and_give_one(shop):
    copied = tasks.copied(db=str(shop.path))

    pd.testing.assert_frame_equal(copied.open(pd.DataFrame).all(), tasks.FRAME)


def test_equal_rows_of_two_outputs_are_appended_twice(shop):
    tasks.append_twice(db=str(shop.path))

    assert read_arrow(shop.path, "twice")[0].num_rows == 2


def test_datasets_are_fields_of_dataclasses(shop):
    assert tasks.reported(db=str(shop.path)) == 3


def test_a_dolt_table_and_a_dataset_convert_into_each_other(shop):
    assert tasks.converted(db=str(shop.path)) == [*tasks.FRAME, "more"]


def test_a_table_with_rows_becomes_a_dataset_with_rows(shop):
    table = DoltTable(DoltConfig(str(shop.path), "new", io_args={"mode": "append"}), tasks.FRAME)
    dataset = to_structured_dataset(table)
    again = to_dolt_table(dataset)

    assert (dataset.uri, dataset.dataframe is tasks.FRAME) == (f"dolt://{shop.path}/new?mode=append", True)
    assert (again.config, again.data is tasks.FRAME, again.version) == (table.config, True, None)


def test_a_pinned_table_stays_pinned_as_a_dataset(made):
    table = to_dolt_table(made)

    assert isinstance(table.version, Version)
    assert to_structured_dataset(table).uri == made.literal.uri


def test_a_connection_is_what_the_environment_says_and_the_literal_has_its_name_only(shop, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", str(shop.path))

    made = tasks.make_by_name()

    assert made.literal.uri.startswith("dolt://connection:shop/named?key=id&commit=")
    assert tasks.read_by_name() == ["id"]
    assert read_arrow(shop.path, "named")[0].num_rows == 3


@pytest.mark.parametrize("value", [StructuredDataset(), StructuredDataset(uri="s3://bucket/x"), tasks.FRAME])
def test_what_is_no_dataset_of_dolt_becomes_no_table(value):
    with pytest.raises(ConfigError):
        to_dolt_table(value)


def test_a_retried_pod_writes_once(tmp_path, home, shop):
    (tmp_path / "pods").mkdir()
    pods = Pods(tmp_path / "pods", home)
    first, second = (
        pods.run(tasks.append_event, {"db": literal(str(shop.path))}, node="n9", attempt=attempt)["o0"]
        for attempt in (0, 1)
    )

    assert first.scalar.structured_dataset.uri == second.scalar.structured_dataset.uri
    assert read_arrow(shop.path, "events")[0].num_rows == 1


def test_batches_of_arrow_have_the_types_that_were_saved(database):
    parts = pa.array([[1.5]], pa.list_(pa.float32()))
    saved = pa.table({"id": [1], "parts": parts, "none": pa.array([None], pa.int8())})
    write_table(database, "t", saved)

    batches = list(iter_as(DoltTable(DoltConfig(database, tablename="t")), ARROW))

    assert [batch.schema.types for batch in batches] == [saved.schema.types]


def test_other_data_in_place_of_what_was_read_has_its_own_columns(database):
    write_table(database, "t", pd.DataFrame({"a": [1], "b": [2]}))
    table = DoltTable(DoltConfig(database, tablename="t"))

    assert list(table.data) == ["a", "b"]
    table.data = pd.DataFrame({"b": ["x"], "a": ["y"]})

    assert list(table.to_arrow().to_pydict().items()) == [("b", ["x"]), ("a", ["y"])]
