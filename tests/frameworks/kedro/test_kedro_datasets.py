"""Datasets of a Kedro catalog, on real Dolt."""

import datetime
import decimal
import json
import pickle

import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pytest
from kedro.io import CachedDataset, DataCatalog
from kedro.io.core import DatasetError, Version, VersionNotFoundError

from dolt_integrations import errors
from dolt_integrations.core import CallbackMeta, history, read_table, write_table
from dolt_integrations.kedro import DoltFileDataset, DoltQueryDataset, DoltTableDataset
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import catalog, catalog_of, cause_of, table

USERS = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"], "count": [4, 6, 9]})
KEY = {"save_args": {"primary_key": "id"}}


def commit_users(database, frame=USERS, **options):
    return write_table(database, "users", frame, primary_key="id", **options).commit


def test_a_table_of_a_catalog_is_saved_and_loaded(database):
    io = catalog_of(f"""
        users:
          type: dolt_integrations.kedro.DoltTableDataset
          database: {database}
          table: users
          branch: main
          load_args: {{columns: [id, name], where: "`count` > %s", params: [4]}}
          save_args: {{primary_key: id, mode: upsert, author: Ann <ann@example.com>}}
          metadata: {{owner: sales}}
    """)

    io.save("users", USERS)

    pd.testing.assert_frame_equal(io.load("users"), USERS[["id", "name"]].iloc[1:].reset_index(drop=True))
    assert run_sql(database, "select * from users where id = 1") == [(1, "Ann", 4)]
    assert history(database)["author"].iloc[0] == "Ann"
    assert io["users"].metadata == {"owner": "sales"}


@pytest.mark.parametrize("dataframe", ["pandas", "polars", "arrow"])
def test_dtypes_come_back_in_the_library_that_the_catalog_names(database, dataframe):
    frame = pd.DataFrame(
        {
            "id": pd.array([1, 2], dtype="int32"),
            "at": pd.to_datetime(["2026-01-01 12:00", None]).tz_localize("Europe/Zurich"),
            "price": [decimal.Decimal("1.50"), None],
            "day": [datetime.date(2026, 1, 1), None],
            "kind": pd.Categorical(["a", "b"]),
            "text": ["NULL", ""],
        }
    )
    io = catalog(users=table(database, dataframe=dataframe, **KEY))
    given = {"pandas": lambda: frame, "polars": lambda: pl.from_pandas(frame), "arrow": lambda: pa.table(frame)}

    io.save("users", given[dataframe]())
    loaded = io.load("users")

    if dataframe == "pandas":
        pd.testing.assert_frame_equal(loaded, frame)
    elif dataframe == "polars":
        polars.testing.assert_frame_equal(loaded, pl.from_pandas(frame))
    else:
        assert loaded.to_pydict() == pa.table(frame).to_pydict()


def test_a_dataset_is_transcoded_between_pandas_and_polars(database):
    io = catalog(**{"users@pandas": table(database, **KEY), "users@polars": table(database, dataframe="polars")})

    io.save("users@pandas", USERS)

    polars.testing.assert_frame_equal(io.load("users@polars"), pl.from_pandas(USERS))


def test_a_factory_makes_datasets(database):
    io = catalog(**{"dolt.{name}": table(database, "{name}", save_args={"primary_key": "id"})})

    io.save("dolt.users", USERS)
    io.save("dolt.orders", USERS[["id"]])

    assert io.load("dolt.users").equals(USERS)
    assert read_table(database, "orders").data["id"].tolist() == [1, 2, 3]


def test_a_save_that_changes_nothing_makes_no_commit(database):
    io = catalog(users=table(database, **KEY))
    io.save("users", USERS)
    before = history(database)

    io.save("users", USERS)

    assert len(history(database)) == len(before)


def test_exists_is_about_the_version_that_is_loaded(database):
    io = catalog(
        users=table(database),
        old=table(database, load_args={"as_of": "HEAD~1"}),
        elsewhere=table(database, branch="nowhere"),
        query={**table(database), "type": "dolt_integrations.kedro.DoltQueryDataset", "sql": "select 1 from users;"},
    )
    del io.config_resolver.config["query"]["table"]
    before = [io.exists(name) for name in ("users", "elsewhere", "query")]

    commit_users(database)

    assert before == [False, False, False]
    assert [io.exists(name) for name in ("users", "old", "elsewhere", "query")] == [True, False, False, True]


def test_exists_does_not_take_a_server_that_is_away_for_no_table():
    io = catalog(users=table("mysql://root@127.0.0.1:1/shop?connect_timeout=2"))

    with pytest.raises(DatasetError, match="exists check") as error:
        io.exists("users")

    assert isinstance(cause_of(error), errors.ServerUnreachableError)


def test_a_preview_has_the_first_rows_as_json(database):
    frame = USERS.assign(at=pd.Timestamp("2026-01-01"))
    dataset = DoltTableDataset(database, "users", load_args={"columns": ["id", "at"]})
    commit_users(database, frame)

    preview = dataset.preview(2)

    assert json.loads(json.dumps(preview)) == {
        "index": [0, 1],
        "columns": ["id", "at"],
        "data": [[1, "2026-01-01T00:00:00.000"], [2, "2026-01-01T00:00:00.000"]],
    }


def test_a_query_is_loaded_and_not_saved(database, tmp_path):
    commit_users(database)
    (tmp_path / "big.sql").write_text("select name from users where `count` > %(least)s -- those who come often")
    options = {"load_args": {"params": {"least": 5}}}
    query = DoltQueryDataset(database, filepath=tmp_path / "big.sql", dataframe="polars", **options)

    assert query.load()["name"].to_list() == ["Bob", "Cy"]
    with pytest.raises(DatasetError, match="DoltTableDataset"):
        query.save(USERS)


def test_a_load_after_a_save_has_what_was_saved_until_the_dataset_is_released(database):
    io = catalog(users=table(database, **KEY))
    io.save("users", USERS)
    commit_users(database, USERS.head(1))

    own = io.load("users")
    io.release("users")

    assert own.equals(USERS)
    assert len(io.load("users")) == 1


def labels(database):
    """Save three versions of a table, and return a label of each kind for the first one."""
    dataset = DoltTableDataset(database, "users", **KEY, version=Version(None, "2026-11-26T05.41.00.123Z"))
    dataset.save(USERS.head(1))
    commit = dataset.resolve_save_version()
    run_sql(database, f"CALL DOLT_TAG('v1.2', '{commit}')", f"CALL DOLT_BRANCH('run/1', '{commit}')")
    when = run_sql(database, "select cast(date as char) from dolt_log limit 1")[0][0]
    for rows in (2, 3):
        commit_users(database, USERS.head(rows))
    timestamp = datetime.datetime.fromisoformat(when).isoformat(timespec="microseconds")
    return {"commit": commit, "tag": "v1.2", "branch": "run%2F1", "ancestor": "HEAD~2", "timestamp": timestamp + "Z"}


def test_a_load_version_is_a_commit_a_tag_a_branch_an_ancestor_a_timestamp_or_a_run(database):
    named = {**labels(database), "run": "2026-11-26T05.41.00.123Z"}

    for kind, label in named.items():
        io = catalog({"users": label}, users=table(database))
        assert len(io.load("users")) == 1, kind
        assert io["users"].resolve_load_version() == named["commit"], kind
    assert len(catalog(users=table(database)).load("users")) == 3


def test_the_id_of_a_run_that_changed_nothing_is_the_time_when_it_began(database):
    commit_users(database, USERS.head(1))
    began = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(milliseconds=1)
    run = began.strftime("%Y-%m-%dT%H.%M.%S.%f")[:-3] + "Z"
    DoltTableDataset(database, "users", **KEY, version=Version(None, run)).save(USERS.head(1))

    assert len(catalog({"users": run}, users=table(database)).load("users")) == 1


def test_a_version_of_one_load_is_given_to_the_catalog(database):
    first = labels(database)["commit"]
    io = catalog(users=table(database))

    assert [len(io.load("users", version=version)) for version in (first, "HEAD~1", None)] == [1, 2, 3]
    assert io["users"].list_versions()[-1] == first


def test_a_version_that_does_not_exist_is_named_with_the_nearest(database):
    labels(database)

    with pytest.raises(DatasetError, match=r"v1\.3") as error:
        catalog({"users": "v1.3"}, users=table(database)).load("users")

    assert isinstance(error.value.__cause__, VersionNotFoundError)
    assert isinstance(cause_of(error), errors.RevisionNotFoundError)
    assert "v1.2" in str(error.value)
    assert not catalog({"users": "v1.3"}, users=table(database)).exists("users")


def test_an_old_version_is_loaded_though_the_branch_of_the_run_is_not_there_yet(database):
    label = labels(database)["ancestor"]
    entry = table(database, branch={"type": "NewBranch", "branch": "run/2"})

    assert len(catalog({"users": label}, users=entry).load("users")) == 1


def test_a_table_that_is_not_there_has_no_versions(database):
    with pytest.raises(VersionNotFoundError, match="Did not find any versions"):
        catalog(users=table(database))["users"].list_versions()


def test_a_save_to_a_dataset_that_is_pinned_is_made_and_warned_of(database):
    first = labels(database)["commit"]
    io = catalog({"users": first}, users=table(database, **KEY))

    with pytest.warns(UserWarning, match=first):
        io.save("users", USERS.tail(1))

    assert len(io.load("users")) == 1
    assert read_table(database, "users").data["id"].tolist() == [3]


def test_a_save_to_a_dataset_of_an_old_version_is_warned_of(database, tmp_path):
    first = labels(database)["commit"]
    USERS.to_csv(tmp_path / "users.csv", index=False)
    rows = DoltTableDataset(database, "users", load_args={"as_of": first})
    file = DoltFileDataset(database, "users", tmp_path / "users.csv", load_args={"as_of": first})

    with pytest.warns(UserWarning, match=first):
        rows.save(USERS)
    with pytest.warns(UserWarning, match=first):
        file.save(tmp_path / "users.csv")


def test_a_branch_of_a_run_begins_at_its_base_and_is_read_before_it_is_there(database):
    commit_users(database, USERS.head(1))
    entry = table(database, branch={"type": "NewBranch", "branch": "run/1", "base": "main"}, **KEY)
    io = catalog(users=entry)

    before = io.load("users")
    io.save("users", USERS)

    assert len(before) == 1
    assert len(catalog(users=entry).load("users")) == 3
    assert len(read_table(database, "users", branch_conf="main").data) == 1


def test_a_branch_that_begins_at_an_old_version_is_read_there_before_it_is_there(database):
    commit_users(database, USERS.head(1))
    commit_users(database)
    io = catalog(users=table(database, branch={"type": "NewBranch", "branch": "run/1", "base": "main~1"}))

    assert len(io.load("users")) == 1


def test_a_catalog_becomes_a_config_and_a_catalog_again(database):
    io = catalog(users=table(database, branch={"type": "AppendBranch", "branch": "main"}, **KEY))
    io.save("users", USERS)

    config, credentials, versions, save_version = io.to_config()

    assert DataCatalog.from_config(config, credentials, versions, save_version).load("users").equals(USERS)


def test_a_dataset_is_pickled_and_cached(database):
    dataset = DoltTableDataset(database, "users", **KEY)
    pickle.loads(pickle.dumps(dataset)).save(USERS)  # noqa: S301 - our own bytes

    assert CachedDataset(dataset).load().equals(USERS)


def test_the_articles_csv_files_are_loaded_from_a_branch_and_merged_into_another(database, tmp_path):
    bar = pd.DataFrame({"c": [1, 2], "text": ["a", "b"]})
    write_table(database, "bar", bar, primary_key="c")
    run_sql(database, *(f"CALL DOLT_BRANCH('{name}')" for name in ("c2", "new", "master")))
    write_table(database, "bar", bar.assign(text=["a", "changed"]), branch_conf="master", primary_key="c")
    file = {
        **table(database, "bar", filepath=str(tmp_path / "data" / "bar.csv")),
        "type": "dolt_integrations.kedro.DoltFileDataset",
    }
    merge = {"type": "MergeBranch", "branch_from": "c2", "merge_to": "master"}
    io = catalog(purple={**file, "branch": "new"}, green={**file, "branch": merge, "save_args": {"primary_key": "c"}})

    path = io.load("purple")
    path.write_text(path.read_text() + "3,c\n")
    io.save("green", path)

    assert run_sql(database, "select * from bar as of 'master'") == [(1, "a"), (2, "changed"), (3, "c")]
    assert run_sql(database, "select * from bar as of 'c2'") == [(1, "a"), (2, "b")]
    assert {name for (name,) in run_sql(database, "select name from dolt_branches")} == {"c2", "main", "master", "new"}


def test_a_file_dataset_calls_its_hooks_and_pushes_to_its_remote(tmp_path):
    seen, remote = [], (tmp_path / "remote").as_uri()
    users = DoltFileDataset(
        tmp_path / "shop", "users", tmp_path / "users.csv", hooks=CallbackMeta(seen.append), remote=remote
    )
    USERS.to_csv(tmp_path / "users.csv", index=False)

    users.save(tmp_path / "users.csv")

    assert [(action.kind, action.rows_added) for action in seen] == [("save", 3)]
    assert len(read_table(tmp_path / "clone", "users", remote_conf=remote).data) == 3


def test_a_file_dataset_wants_a_path(database, tmp_path):
    with pytest.raises(DatasetError, match="DoltTableDataset"):
        DoltFileDataset(database, "users", tmp_path / "users.csv").save(USERS)

    assert not DoltFileDataset(database, "users", tmp_path / "users.csv").exists()
