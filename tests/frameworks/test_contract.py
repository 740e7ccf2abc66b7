"""The contract that every adapter has to keep (see adapters.py)."""

import datetime
import decimal

import pandas as pd
import pytest

from dolt_integrations import errors
from dolt_integrations.core import NewBranch, history, lineage, write_table
from dolt_integrations.core.provenance import reads
from tests.conftest import run_sql
from tests.helpers.frameworks.adapters import Core, Dataset, Flyte, Kedro, Metaflow
from tests.helpers.frameworks.flyte2_adapters import Flyte2, Frame

ADAPTERS = {
    "core": Core,
    "flyte": Flyte,
    "flyte-dataset": Dataset,
    "flyte2": Flyte2,
    "flyte2-dataframe": Frame,
    "kedro": Kedro,
    "metaflow": Metaflow,
}

USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})


@pytest.fixture(params=sorted(ADAPTERS))
def adapter(request):
    return ADAPTERS[request.param]()


@pytest.fixture(autouse=True)
def own_reads(monkeypatch):
    """Forget what other tests of this process have read."""
    monkeypatch.setattr(reads, "_NOTED", {})


def ours(error):
    """Return the `DoltError` that caused a framework's error."""
    found = error.value
    while found is not None and not isinstance(found, errors.DoltError):
        found = found.__cause__ or found.__context__
    return found


def commits(url, branch="main"):
    return run_sql(url, f"select count(*) from dolt_log('{branch}')")[0][0]


def head(url):
    return run_sql(url, "select hashof('main')")[0][0]


def test_types_come_back(adapter, database):
    frame = pd.DataFrame(
        {
            "id": pd.array([1, 2], dtype="int16"),
            "text": ["NULL", ""],
            "at": pd.to_datetime(["2026-01-01 12:00", None]).tz_localize("Europe/Zurich"),
            "price": [decimal.Decimal("1.50"), None],
            "day": [datetime.date(2026, 1, 1), None],
            "kind": pd.Categorical(["b", "a"], ["b", "a"], ordered=True),
        }
    )

    adapter.save(database, frame)

    pd.testing.assert_frame_equal(adapter.load(database), frame)


def test_an_old_version_is_pinned(adapter, database):
    adapter.save(database, USERS, write="1")
    old = head(database)
    adapter.save(database, USERS.head(1), write="2")

    assert adapter.load(database, old).equals(USERS)
    assert adapter.load(database).equals(USERS.head(1))


def test_a_new_branch_leaves_main_alone(adapter, database):
    adapter.save(database, USERS, write="1")

    adapter.save(database, USERS.head(1), branch=NewBranch("run/1"), write="2")

    assert adapter.load(database).equals(USERS)
    assert run_sql(database, "select count(*) from users as of 'run/1'") == [(1,)]


def test_the_same_rows_make_no_commit(adapter, database):
    adapter.save(database, USERS, write="1")
    before = commits(database)

    adapter.save(database, USERS, write="2")

    assert commits(database) == before


def test_a_retried_append_appends_once(adapter, database):
    adapter.save(database, USERS, write="1")
    more = pd.DataFrame({"id": [3], "name": ["Cy"]})
    adapter.save(database, more, mode="append", write="2")
    before = commits(database)

    adapter.save(database, more, mode="append", write="2")

    assert commits(database) == before
    assert adapter.load(database)["id"].tolist() == [1, 2, 3]


def test_a_conflict_is_an_error_and_others_rows_stay(adapter, database):
    adapter.save(database, USERS)
    others = USERS.assign(name=["Amy", "Bob"])

    def meddle():
        write_table(database, "users", others, primary_key="id")

    with pytest.raises(Exception, match=r"conflict|changed") as error:
        adapter.conflict(database, meddle, USERS.assign(name=["Zoe", "Bob"]))

    assert isinstance(ours(error), errors.MergeConflictError)
    assert adapter.load(database).equals(others)


def test_a_table_that_is_missing_is_named_with_the_nearest(adapter, database):
    write_table(database, "user", USERS)

    with pytest.raises(Exception, match="users") as error:
        adapter.load(database)

    assert isinstance(ours(error), errors.TableNotFoundError)
    assert "`user`" in str(ours(error))


def test_a_password_is_shown_nowhere(adapter, database):
    run_sql(database, "CREATE USER ann IDENTIFIED BY 'top secret'", "GRANT ALL ON *.* TO ann")
    url = database.replace("root@", "ann:top%20secret@")

    adapter.save(url, USERS)
    wrong = url.replace("top", "wrong")
    with pytest.raises(Exception, match="ann") as error:
        adapter.load(wrong)
    run_sql(database, "DROP USER ann")

    assert isinstance(ours(error), errors.AccessDeniedError)
    messages = " ".join(history(database)["message"])
    assert "secret" not in f"{adapter.shown(url)} {error.value} {ours(error)} {messages}"


def test_a_commit_names_the_execution_that_made_it_and_leads_to_what_that_had_read(adapter, database):
    adapter.save(database, USERS)

    adapter.derive(database)

    (derived,) = history(database, "derived").to_dict("records")
    found = lineage(database, "derived").to_pandas()
    assert not pd.isna(derived["execution_id"])
    assert found["input_table"].dropna().tolist() == ["users"]
    assert found["input_written_by"].dropna().tolist() == history(database, "users")["commit"].tolist()
    assert run_sql(database, "select count(*) from derived") == [(2,)]


def test_the_checkout_and_uncommitted_work_stay_as_they_are(adapter, repository):
    write_table(repository.path, "notes", USERS)
    repository.dolt("checkout", "-b", "mine")
    repository.dolt("sql", "-q", "update notes set name = 'changed' where id = 1")

    adapter.save(str(repository.path), USERS, branch="main")

    status = repository.sql("select active_branch() as b, (select count(*) from dolt_status) as n")
    assert status == [{"b": "mine", "n": "1"}]
    assert repository.sql("select count(*) as n from users as of 'main'") == [{"n": "2"}]
