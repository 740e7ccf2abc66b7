"""`save` and `load`: the article "Workflow Managers" as written, and errors of files."""

import logging

import pandas as pd
import pytest

from dolt_integrations.core import (
    AppendBranch,
    CallbackMeta,
    MergeBranch,
    NewBranch,
    Remote,
    SerialBranch,
    Transaction,
    history,
    load,
    read_table,
    save,
    write_table,
)
from dolt_integrations.core.files.save_load import save_in
from dolt_integrations.engine import open_database
from dolt_integrations.errors import (
    ColumnNotFoundError,
    ConfigError,
    ConstraintError,
    DatabaseNotFoundError,
    FileError,
    MergeConflictError,
    PrimaryKeyError,
    UnsupportedValueError,
)
from tests.conftest import new_repository, run_sql

doltcli = pytest.importorskip("doltcli")


@pytest.fixture
def repository(repository):
    """A database in a directory, whose private server keeps running between calls."""
    with open_database(repository.path):
        yield repository


@pytest.fixture
def bar(tmp_path):
    """A CSV file with a key `c`."""
    file = tmp_path / "bar.csv"
    file.write_text("a,c\n1,x\n2,y\n3,z\n")
    return file


@pytest.fixture
def told():
    return []


def rows(db, table="bar", **options):
    return read_table(db, table, **options).data.to_dict("list")


# The article


def test_the_whole_of_the_article(tmp_path, repository, told):
    """Load, change, and save to master, which has later commits than c2. Each call also records and pushes."""
    db = doltcli.Dolt(str(repository.path))
    remote = Remote(url=f"file://{tmp_path / 'remote'}")
    write_table(db, "bar", pd.DataFrame({"c": ["x", "y"], "n": [1, 2]}), primary_key="c")
    c2 = repository.head()
    write_table(db, "bar", pd.DataFrame({"c": ["x", "y", "new"], "n": [1, 2, 3]}))
    tmpfile = tmp_path / "tmpfile"
    load(db, tmpfile, "bar", load_args={"as_of": c2})
    tmpfile.write_text(tmpfile.read_text().replace("y,2", "y,20"))

    version = save(
        db=db,
        tablename="bar",
        filename=tmpfile,
        save_args={"primary_key": ["c"]},
        branch_conf=MergeBranch(branch_from=c2, merge_to="main"),
        meta_conf=CallbackMeta(fn=lambda x: told.append(x)),
        remote_conf=remote,
        commit_message="New bar",
    )

    assert rows(db) == {"c": ["new", "x", "y"], "n": [3, 1, 20]}
    assert [(action.kind, action.tablename, action.branch, action.to_commit) for action in told] == [
        ("save", "bar", "main", version.commit)
    ]
    clone = doltcli.Dolt.clone(remote.url, new_dir=str(tmp_path / "clone"))
    assert rows(clone) == rows(db)
    assert repository.messages()[0].splitlines()[0] == "New bar"


def test_a_save_appends_a_commit_to_a_branch(repository, bar):
    save(repository.path, "bar", bar, branch_conf=AppendBranch(branch="main"), commit_message="One")

    assert repository.messages() == ["One", "Initialize data repository"]


def test_a_load_of_a_branch_or_a_commit(repository, bar, tmp_path):
    first = save(repository.path, "bar", bar, {"primary_key": "c"})
    (tmp_path / "more.csv").write_text("a,c\n7,w\n")
    save(repository.path, "bar", tmp_path / "more.csv", branch_conf=NewBranch("new"))

    load(repository.path, tmp_path / "new.csv", "bar", branch_conf=SerialBranch("new"))
    load(
        repository.path, tmp_path / "old.csv", "bar", load_args={"as_of": first.commit}, branch_conf=SerialBranch("new")
    )

    assert (tmp_path / "new.csv").read_text() == "a,c\n7,w\n"
    assert (tmp_path / "old.csv").read_text().count("\n") == 4


def test_a_callback_is_called_for_a_load(repository, bar, tmp_path, told):
    version = save(repository.path, "bar", bar)

    load(repository.path, tmp_path / "out.csv", "bar", meta_conf=CallbackMeta(fn=lambda x: told.append(x)))

    assert [(action.kind, action.to_commit) for action in told] == [("load", version.commit)]


def test_a_callback_may_log(repository, bar, caplog):
    logger = logging.getLogger("workflow")

    with caplog.at_level(logging.INFO, logger="workflow"):
        save(repository.path, "bar", bar, meta_conf=CallbackMeta(fn=lambda x: logger.info("%s", x)))

    assert "kind='save'" in caplog.text


# Files and types


def test_the_tables_columns_decide_what_a_cell_is(repository, tmp_path):
    frame = pd.DataFrame({"code": ["007"], "n": pd.array([1], "Int64"), "at": pd.to_datetime(["2026-01-01"])})
    write_table(repository.path, "t", frame, primary_key="code")
    (tmp_path / "t.csv").write_text("code,n,at\n008,,2026-01-02\n")

    save(repository.path, "t", tmp_path / "t.csv")

    loaded = read_table(repository.path, "t").data
    assert loaded.dtypes.to_dict() == read_table(repository.path, "t", as_of="HEAD~1").data.dtypes.to_dict()
    assert (loaded["code"][0], loaded["n"].isna()[0], str(loaded["at"][0])) == ("008", True, "2026-01-02 00:00:00")


CODES = "CREATE TABLE codes (code VARCHAR(9) PRIMARY KEY)"


def test_the_columns_of_the_branch_decide_what_a_cell_is(repository, tmp_path):
    write_table(repository.path, "other", pd.DataFrame({"a": [1]}), branch_conf=NewBranch("run"))
    repository.sql(f"CALL DOLT_CHECKOUT('run'); {CODES}; CALL DOLT_COMMIT('-Am', 'codes')")
    (tmp_path / "codes.csv").write_text("code\n007\n")

    save(repository.path, "codes", tmp_path / "codes.csv", branch_conf="run")

    assert rows(repository.path, "codes", branch_conf="run") == {"code": ["007"]}


def test_the_columns_decide_in_a_transaction_and_not_where_the_table_is_made_anew(repository, tmp_path):
    repository.sql(f"{CODES}; CALL DOLT_COMMIT('-Am', 'codes')")
    (tmp_path / "codes.csv").write_text("code\n007\n")

    with Transaction(repository.path) as work:
        save_in(work, "codes", tmp_path / "codes.csv")
    assert rows(repository.path, "codes") == {"code": ["007"]}
    save(repository.path, "codes", tmp_path / "codes.csv", {"schema": "overwrite"})
    assert rows(repository.path, "codes") == {"code": [7]}


@pytest.mark.parametrize("transaction", [True, False])
def test_a_row_that_breaks_a_constraint_is_named_by_its_line_in_a_transaction_too(transaction, database, tmp_path):
    run_sql(database, "CREATE TABLE t (n int PRIMARY KEY, CHECK (n > 0))", "CALL DOLT_COMMIT('-Am', 'made')")
    (tmp_path / "rows.csv").write_text("n\n1\n-2\n")
    by_itself = lambda: save(database, "t", tmp_path / "rows.csv", {"mode": "append"})  # noqa: E731

    def together():
        with Transaction(database) as work:
            save_in(work, "t", tmp_path / "rows.csv", {"mode": "append"})

    with pytest.raises(ConstraintError, match=r"rows\.csv', line 3"):
        (together if transaction else by_itself)()


def test_null_and_an_empty_text_are_two_things_in_a_csv_file(repository, tmp_path):
    frame = pd.DataFrame({"id": [1, 2, 3], "text": ["", None, "NULL"]})
    write_table(repository.path, "t", frame, primary_key="id")

    load(repository.path, tmp_path / "t.csv", "t")
    save(repository.path, "copy", tmp_path / "t.csv", {"primary_key": "id"})

    assert (tmp_path / "t.csv").read_text() == 'id,text\n1,""\n2,\n3,NULL\n'
    assert read_table(repository.path, "copy").data["text"].isna().tolist() == [False, True, False]


def test_what_was_loaded_and_is_saved_unchanged_makes_no_commit(repository, bar, tmp_path):
    save(repository.path, "bar", bar, {"primary_key": "c"})
    load(repository.path, tmp_path / "same.csv", "bar")

    version = save(repository.path, "bar", tmp_path / "same.csv")

    assert not version.changed
    assert len(repository.messages()) == 2


@pytest.mark.parametrize("name", ["t.parquet", "t.csv.gz", "t"])
def test_the_suffix_says_how_a_file_is_written(repository, tmp_path, name):
    frame = pd.DataFrame({"id": [1, 2], "price": [0.1, 1e300]}).set_index("id")
    write_table(repository.path, "t", frame)

    load(repository.path, tmp_path / name, "t")
    save(repository.path, "copy", tmp_path / name, {"primary_key": "id"})

    assert rows(repository.path, "copy") == {"price": [0.1, 1e300]} or name != "t.parquet"
    assert read_table(repository.path, "copy").data["price"].tolist() == [0.1, 1e300]


def test_a_query_is_loaded_into_a_file(repository, bar, tmp_path):
    save(repository.path, "bar", bar)

    load(repository.path, tmp_path / "out.csv", sql="SELECT COUNT(*) AS n FROM bar")

    assert (tmp_path / "out.csv").read_text() == "n\n3\n"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("replace", {"a": [9], "c": ["x"]}), ("upsert", {"a": [9, 2], "c": ["x", "y"]})],
)
def test_a_file_is_saved_in_a_mode(repository, tmp_path, mode, expected):
    write_table(repository.path, "bar", pd.DataFrame({"a": [1, 2], "c": ["x", "y"]}), primary_key="c")
    (tmp_path / "more.csv").write_text("a,c\n9,x\n")

    save(repository.path, "bar", tmp_path / "more.csv", {"mode": mode})

    assert rows(repository.path) == expected


def test_a_retry_of_an_appended_file_adds_nothing(repository, bar):
    for _ in range(2):
        save(repository.path, "bar", bar, {"mode": "append", "write_id": "run-1"})

    assert len(rows(repository.path)["c"]) == 3
    assert history(repository.path, "bar")["write_id"].tolist() == ["run-1"]


def test_a_save_into_a_missing_directory_makes_a_database(bar, tmp_path):
    save(tmp_path / "new", "bar", bar, {"author": "Ann <ann@example.org>"})

    assert history(tmp_path / "new", "bar")["author"].tolist() == ["Ann"]


def test_a_save_to_a_server(database, bar, tmp_path):
    save(database, "bar", bar, {"primary_key": "c"})

    load(database, tmp_path / "out.csv", "bar")

    assert (tmp_path / "out.csv").read_text().startswith("a,c\n")


def test_a_load_with_a_remote_clones_what_is_not_there(tmp_path, bar):
    remote = Remote(url=f"file://{tmp_path / 'remote'}")
    save(tmp_path / "one", "bar", bar, {"primary_key": "c"}, remote_conf=remote)

    load(tmp_path / "two", tmp_path / "out.csv", "bar", remote_conf=remote)

    assert (tmp_path / "out.csv").read_text().count("\n") == 4


def test_a_conflict_keeps_the_work_and_the_target(repository, tmp_path):
    write_table(repository.path, "bar", pd.DataFrame({"c": ["x"], "n": [1]}), primary_key="c")
    c2 = repository.head()
    write_table(repository.path, "bar", pd.DataFrame({"c": ["x"], "n": [2]}))
    (tmp_path / "mine.csv").write_text("c,n\nx,3\n")

    with pytest.raises(MergeConflictError) as caught:
        save(repository.path, "bar", tmp_path / "mine.csv", branch_conf=MergeBranch(c2, "main"))

    assert rows(repository.path) == {"c": ["x"], "n": [2]}
    assert rows(repository.path, branch_conf=SerialBranch(caught.value.branch)) == {"c": ["x"], "n": [3]}


# Bad input


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", FileError, "empty"),
        (b"a,c\n1,x\n2\n", FileError, "line 3"),
        (b"a,c\n1,\xff\n", FileError, "UTF-8"),
        (b"a,c,other\n1,x,5\n", ColumnNotFoundError, "other"),
        (b"a,c\nabc,x\n", UnsupportedValueError, "line 2"),
        (b"a,c\n1,x\n2,x\n", PrimaryKeyError, "duplicates"),
    ],
)
def test_a_bad_file_is_an_error_and_nothing_is_written(repository, tmp_path, content, error, message):
    write_table(repository.path, "bar", pd.DataFrame({"a": [1], "c": ["x"]}), primary_key="c")
    before = repository.head()
    (tmp_path / "bad.csv").write_bytes(content)

    with pytest.raises(error, match=message):
        save(repository.path, "bar", tmp_path / "bad.csv")

    assert repository.head() == before
    assert repository.sql("select * from dolt_status") == []


def test_a_missing_file_is_an_error(repository, tmp_path):
    with pytest.raises(FileError, match="nowhere"):
        save(repository.path, "bar", tmp_path / "nowhere.csv")


def test_a_load_makes_no_database(tmp_path):
    with pytest.raises(DatabaseNotFoundError):
        load(tmp_path / "nowhere", tmp_path / "out.csv", "bar")

    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "args", [{"mode": "apend"}, {"schema": "new"}, {"primary_kee": "c"}, {"author": "nobody"}, {"write_id": ""}]
)
def test_unknown_arguments_are_an_error(repository, bar, args):
    with pytest.raises(ConfigError):
        save(repository.path, "bar", bar, args)

    assert repository.sql("show tables") == []


def test_a_failed_load_leaves_the_file_that_was_there(tmp_path):
    other = new_repository(tmp_path / "other")
    (tmp_path / "out.csv").write_text("mine")

    with pytest.raises(ConfigError):
        load(other.path, tmp_path / "out.csv", "bar", "SELECT 1")

    assert (tmp_path / "out.csv").read_text() == "mine"
