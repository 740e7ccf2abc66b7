"""Arguments of other types than declared: accepted if their meaning is clear, otherwise refused by name."""

import datetime
import shutil

import pandas as pd
import pytest

from dolt_integrations.core import (
    AppendBranch,
    Branch,
    CallbackMeta,
    DoltMeta,
    MergeBranch,
    Meta,
    NewBranch,
    Remote,
    Repository,
    SerialBranch,
    Transaction,
    blame,
    diff,
    find_version,
    history,
    load,
    read_arrow,
    read_batches,
    read_table,
    save,
    write_table,
)
from dolt_integrations.engine import Author, open_database
from dolt_integrations.errors import BranchNotFoundError, ConfigError
from tests.conftest import run_sql

FRAME = pd.DataFrame({"id": [1, 2], "x": ["a", "b"]})

READERS = {
    "read_table": lambda db, **given: read_table(db, "t", **given),
    "read_arrow": lambda db, **given: read_arrow(db, "t", **given),
    "read_batches": lambda db, **given: list(read_batches(db, "t", **given)),
    "find_version": find_version,
    "history": lambda db, **given: history(db, "t", **given),
    "diff": lambda db, **given: diff(db, "t", "HEAD~1", **given),
    "blame": lambda db, **given: blame(db, "t", **given),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A database whose branches `main` and `side` have the table `t`, each in a second commit."""
    path = str(tmp_path_factory.mktemp("arguments") / "db")
    write_table(path, "t", FRAME.head(1), primary_key="id")
    write_table(path, "t", FRAME)
    write_table(path, "t", FRAME.tail(1), branch_conf=NewBranch("side"))
    with open_database(path):
        yield path


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_name_of_a_branch_is_taken_for_its_config(read, saved):
    read(saved, branch_conf="side")

    with pytest.raises(BranchNotFoundError, match="sidd"):
        read(saved, branch_conf="sidd")


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("wrong", [5, ["main"], True, NewBranch, b"main", Branch()], ids=repr)
def test_what_is_no_branch_is_refused_by_every_read(read, wrong, tmp_path):
    with pytest.raises(ConfigError, match="branch_conf is"):
        read(str(tmp_path / "nowhere"), branch_conf=wrong)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("wrong", [5, True, ["file:///x"], "no remote", {"ulr": "file:///x"}], ids=repr)
def test_what_is_no_remote_is_refused_by_every_read(read, wrong, tmp_path):
    with pytest.raises(ConfigError):
        read(str(tmp_path / "nowhere"), remote_conf=wrong)


@pytest.mark.parametrize("read", [READERS[name] for name in READERS if name != "diff"])
@pytest.mark.parametrize("wrong", [5, 1.5, b"main", [], pd.NaT], ids=repr)
def test_what_is_no_version_is_refused_before_anything_is_opened(read, wrong, tmp_path):
    with pytest.raises(ConfigError, match="as_of"):
        read(str(tmp_path / "nowhere"), as_of=wrong)


LATER = {
    "read_batches": lambda db, **given: read_batches(db, "t", **given),
    "scan": lambda db, **given: Repository(db).table("t").scan(**given),
}


@pytest.mark.parametrize("read", LATER.values(), ids=LATER)
@pytest.mark.parametrize(
    "wrong",
    [{"as_of": 5}, {"as_of": pd.NaT}, {"columns": []}, {"columns": [5]}, {"columns": ["id", "ID"]}, {"where": " "},
     {"where": 5}, {"where": "id = %s", "params": []}, {"params": [1]}, {"where": "id = %s", "params": "1"}],
    ids=str,
)  # fmt: skip
def test_a_wrong_argument_of_a_read_that_runs_later_is_refused_at_once(read, wrong, tmp_path):
    with pytest.raises(ConfigError):
        read(str(tmp_path / "nowhere"), **wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("branch_conf", 5), ("branch_conf", ["main"]), ("branch_conf", {"_type": "NewBrnch", "branch": "a"}),
        ("author", "Ann"), ("author", 5), ("author", ""), ("author", ["Ann <ann@x.org>"]),
        ("remote_conf", 5), ("remote_conf", "no remote"), ("remote_conf", {"nme": "origin"}),
        ("primary_key", 1.5), ("primary_key", [None]), ("primary_key", {"id": 1}),
        ("primary_key", True), ("primary_key", b"id"), ("primary_key", ""),
        ("message", 5), ("message", ""), ("message", None), ("overwrite", "no"), ("mode", 5), ("write_id", 5),
        ("meta_conf", 5), ("meta_conf", "print"), ("meta_conf", {"_type": "DoltMta"}), ("meta_conf", DoltMeta),
        ("meta_conf", Meta()),
    ],
)  # fmt: skip
def test_what_write_table_does_not_understand_is_refused_and_nothing_is_made(name, wrong, tmp_path):
    with pytest.raises(ConfigError, match=name.partition("_")[0]):
        write_table(str(tmp_path / "db"), "t", FRAME, **{name: wrong})

    assert not (tmp_path / "db").exists()


@pytest.mark.parametrize("db", [5, None, "", b"db", ["db"]], ids=repr)
def test_what_is_no_database_is_refused(db):
    with pytest.raises(ConfigError):
        write_table(db, "t", FRAME)


@pytest.mark.parametrize("author", ["Ann <ann@x.org>", Author("Ann", "ann@x.org")], ids=repr)
def test_an_author_may_be_a_text(author, database):
    write_table(database, "t", FRAME, author=author)
    with Transaction(database, author=author) as block:
        block.write("u", FRAME)

    assert run_sql(database, "SELECT committer, email FROM dolt_log LIMIT 2") == [("Ann", "ann@x.org")] * 2


def test_the_digits_of_a_label_and_the_label_are_one_key(database):
    frame = pd.DataFrame([[1, "a"], [2, "b"]])

    write_table(database, "t", frame, primary_key=0)
    write_table(database, "t", frame, primary_key=["0"], mode="upsert")

    assert read_table(database, "t", columns="0").data[0].tolist() == [1, 2]


def test_a_function_is_taken_for_its_callback(database):
    told = []

    write_table(database, "t", FRAME, meta_conf=told.append)
    read_table(database, "t", meta_conf=[told.append, CallbackMeta(told.append)])

    assert [action.kind for action in told] == ["save", "load", "load"]


def test_the_url_of_a_remote_is_taken_for_its_config(tmp_path):
    (tmp_path / "hub").mkdir()
    url = f"file://{tmp_path}/hub"

    write_table(str(tmp_path / "one"), "t", FRAME, primary_key="id", remote_conf=url)

    assert read_table(str(tmp_path / "two"), "t", remote_conf=url).data["id"].tolist() == [1, 2]
    assert len(read_table(str(tmp_path / "two"), "t", remote_conf="origin").data) == 2


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A remote, a clone of it that lacks the newest commit, and that commit."""
    folder = tmp_path_factory.mktemp("behind")
    (folder / "hub").mkdir()
    remote = Remote(url=f"file://{folder}/hub")
    write_table(str(folder / "one"), "t", FRAME.head(1), primary_key="id", remote_conf=remote)
    read_table(str(folder / "two"), "t", remote_conf=remote)
    return remote, folder / "two", write_table(str(folder / "one"), "t", FRAME, remote_conf=remote).commit


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_read_brings_the_branch_up_to_date_first(read, behind, tmp_path):
    remote, clone, newest = behind
    shutil.copytree(clone, tmp_path / "two")

    read(str(tmp_path / "two"), remote_conf=remote)
    read(str(tmp_path / "three"), remote_conf=remote)

    assert find_version(str(tmp_path / "two")).commit == find_version(str(tmp_path / "three")).commit == newest


@pytest.mark.parametrize(
    ("merge_to", "lands_on", "starts_at"),
    [
        ("side", "side", "side"),
        (SerialBranch("side"), "side", "side"),
        (AppendBranch("side"), "side", "side"),
        (NewBranch("new", "main"), "new", "main"),
        (MergeBranch("old", "side", "ours"), "side", "old"),
        (None, "main", "main"),
    ],
    ids=repr,
)
def test_a_transaction_takes_a_branch_config_for_its_target(merge_to, lands_on, starts_at, database):
    run_sql(database, "CALL DOLT_BRANCH('old')", "CALL DOLT_COMMIT('--allow-empty', '-m', 'later')")
    run_sql(database, "CALL DOLT_BRANCH('side')")
    head = run_sql(database, f"SELECT HASHOF('{starts_at}')")[0][0]

    with Transaction(database, merge_to) as block:
        block.write("t", FRAME, primary_key="id")

    found = read_table(database, "t", branch_conf=lands_on).data
    assert (block.start, found["id"].tolist()) == (head, [1, 2])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("merge_to", 5), ("merge_to", ["main"]), ("branch_from", 5), ("branch_from", NewBranch("a")), ("create", "yes"),
        ("message", None), ("author", "Ann"), ("on_conflict", "our"), ("audit", "check"), ("tests", 1),
        ("remote_conf", 5), ("meta_conf", 5), ("write_id", 5),
    ],
)  # fmt: skip
def test_what_a_transaction_does_not_understand_is_refused(name, wrong, tmp_path):
    with pytest.raises(ConfigError, match=name.partition("_")[0]):
        Transaction(str(tmp_path), **{name: wrong})


def test_a_key_that_is_none_is_refused_by_a_transaction(database):
    with Transaction(database) as block:
        with pytest.raises(ConfigError, match="primary_key"):
            block.write("t", FRAME, primary_key=1.5)
        block.write("t", FRAME, primary_key="id")

    assert len(read_table(database, "t").data) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: NewBranch(5), lambda: NewBranch("a", 5), lambda: NewBranch("a", datetime.date(2026, 1, 1)),
        lambda: SerialBranch(5), lambda: AppendBranch(None), lambda: MergeBranch("a", None),
        lambda: MergeBranch(5, "main"), lambda: MergeBranch("a", NewBranch("main")),
        lambda: MergeBranch("a", "b", "our"),
        lambda: Remote(5), lambda: Remote(url=5), lambda: Remote(force="no"), lambda: Remote(user=5),
        lambda: CallbackMeta(5), lambda: DoltMeta(5, "t"), lambda: DoltMeta("db", "t", 5),
    ],
)  # fmt: skip
def test_a_config_of_wrong_kinds_is_refused_when_it_is_made(make):
    with pytest.raises(ConfigError):
        make()


def test_a_branch_may_be_named_by_the_config_of_one_that_exists():
    assert MergeBranch(SerialBranch("c2"), AppendBranch("main")) == MergeBranch("c2", "main")
    assert NewBranch("run/1", base=SerialBranch("main")) == NewBranch("run/1", "main")
    assert DoltMeta("db", "log", SerialBranch("audit")).branch == "audit"


TYPOS = {
    "save_args": lambda db, csv: save(db, "t", csv, {"primarykey": "id"}),
    "save_args of pandas": lambda db, csv: save(db, "t", csv, {"seperator": ";", "parse_date": ["x"]}),
    "load_args": lambda db, csv: load(db, csv, "t", load_args={"as_off": "HEAD"}),
    "branch": lambda db, csv: write_table(db, "t", FRAME, branch_conf={"_type": "NewBranch", "brnch": "a"}),
    "kind of branch": lambda db, csv: write_table(db, "t", FRAME, branch_conf={"_type": "NewBrnch", "branch": "a"}),
    "remote": lambda db, csv: write_table(db, "t", FRAME, remote_conf={"nam": "origin"}),
    "meta": lambda db, csv: write_table(db, "t", FRAME, meta_conf={"_type": "DoltMeta", "db": db, "tablenam": "log"}),
    "kind of meta": lambda db, csv: write_table(db, "t", FRAME, meta_conf={"_type": "DoltMta", "db": db}),
    "mode": lambda db, csv: write_table(db, "t", FRAME, mode="upsrt"),
}


@pytest.mark.parametrize("call", TYPOS.values(), ids=TYPOS)
def test_the_error_of_a_misspelt_option_suggests_the_right_one(call, tmp_path):
    (tmp_path / "f.csv").write_text("id,x\n1,2\n")

    with pytest.raises(ConfigError, match="Did you mean"):
        call(str(tmp_path / "db"), str(tmp_path / "f.csv"))

    assert not (tmp_path / "db").exists()


@pytest.mark.parametrize("wrong", ["primary_key", 5, ["mode"], {5: 1}], ids=repr)
def test_options_that_are_no_dict_are_refused(wrong, tmp_path):
    with pytest.raises(ConfigError, match="args"):
        save(str(tmp_path / "db"), "t", "f.csv", wrong)
    with pytest.raises(ConfigError, match="args"):
        load(str(tmp_path / "db"), "f.csv", "t", load_args=wrong)


def test_save_and_load_take_the_name_of_a_branch_and_the_url_of_a_remote(tmp_path):
    (tmp_path / "hub").mkdir()
    (tmp_path / "f.csv").write_text("id,x\n1,2\n")
    url = f"file://{tmp_path}/hub"

    save(str(tmp_path / "one"), "t", tmp_path / "f.csv", {"primary_key": "id"}, branch_conf="main", remote_conf=url)
    load(str(tmp_path / "two"), tmp_path / "g.csv", "t", branch_conf="main", remote_conf=url)

    assert (tmp_path / "g.csv").read_text() == "id,x\n1,2\n"


def test_text_that_is_not_unicode_is_an_error_of_ours_and_writes_nothing(database):
    frame = pd.DataFrame({"a": [1]})

    with pytest.raises(ConfigError, match="not valid Unicode"):
        write_table(database, "t", frame, message="half \ud800")
    with pytest.raises(ConfigError, match="not valid Unicode"):
        read_table(database, sql="select '\ud800'")

    assert run_sql(database, "SHOW TABLES") == []
