"""A literal names a callback, and only a function that the program has registered under that name runs."""

import logging
import sys

import pandas as pd
import pytest

from dolt_integrations.core import (
    CallbackMeta,
    DoltMeta,
    NewBranch,
    Transaction,
    callback,
    metas_from_dicts,
    read_batches,
    read_table,
    write_table,
)
from dolt_integrations.errors import ConfigError, DoltError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import run_sql

FIRST = pd.DataFrame({"id": [1, 2, 3], "value": ["a", "b", "c"]})
HEARD = []


@callback
def hear(action):
    HEARD.append(action)


@callback(name="test.named")
def named(action):
    HEARD.append(action)


def unregistered(action):
    HEARD.append(action)


@pytest.fixture
def heard():
    HEARD.clear()
    return HEARD


def named_by_literal(name):
    return metas_from_dicts([{"_type": "CallbackMeta", "fn": name}])


@pytest.mark.parametrize(("fn", "name"), [(hear, f"{__name__}:hear"), (named, "test.named")])
def test_a_registered_function_travels_by_its_name(fn, name):
    config = CallbackMeta(fn)

    assert config.to_dict() == {"_type": "CallbackMeta", "fn": name}
    assert metas_from_dicts(config.to_dict()) == config


def test_a_function_of_a_module_that_is_loaded_again_takes_the_place_of_the_old_one():
    def define():
        @callback(name="test.loaded_again")
        def function(action):
            HEARD.append(action)

        return function

    define()
    again = define()

    assert named_by_literal("test.loaded_again")[0].fn is again


def test_a_registered_function_is_called_by_the_reader(database, heard):
    write_table(database, "t", FIRST, meta_conf=named_by_literal("test.named"))
    read_table(database, "t", meta_conf=named_by_literal(f"{__name__}:hear"))

    assert [action.kind for action in heard] == ["save", "load"]


@pytest.mark.parametrize("fn", [unregistered, lambda action: None, print, [].append, logging.info], ids=range(5))
def test_a_function_that_is_not_registered_is_left_out_of_a_literal_with_a_warning(fn, caplog):
    assert CallbackMeta(fn).to_dict() is None
    assert "register it" in caplog.text


def test_a_function_of_an_entry_point_is_registered(monkeypatch, tmp_path, database, heard):
    (tmp_path / "audits").mkdir()
    (tmp_path / "audits" / "__init__.py").write_text("from tests.core.provenance.test_callbacks import hear as log\n")
    info = tmp_path / "audits-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: audits\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dolt_integrations.callbacks]\nteam.log = audits:log\n")
    monkeypatch.syspath_prepend(tmp_path)

    metas = named_by_literal("team.log")
    assert "audits" not in sys.modules
    write_table(database, "t", FIRST, meta_conf=metas)

    assert [action.kind for action in heard] == ["save"]


HOSTILE = [
    "sideeffect:f", "sideeffect", "pandas:eval", "os:system", "builtins:exec", "builtins:eval", "subprocess:Popen",
    f"{__name__}:unregistered", "__main__:x", ":", "a:b:c", "../../x:y", "x" * 10_000,
]  # fmt: skip


@pytest.fixture
def sideeffect(tmp_path, monkeypatch):
    """A module that records when it is imported and when its function is called."""
    note = tmp_path / "note"
    code = f"def f(action):\n    open({str(note)!r}, 'w').write('called')\nopen({str(note)!r}, 'w').write('imported')\n"
    (tmp_path / "sideeffect.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    return note


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:30])
def test_an_unregistered_callback_runs_nothing_and_stops_a_save(name, database, sideeffect, heard):
    for save in (
        lambda metas: write_table(database, "t", FIRST, meta_conf=metas),
        lambda metas: write_table(database, "t", FIRST, branch_conf=NewBranch("b"), meta_conf=metas),
        lambda metas: write_table(database, "t", iter([FIRST]), mode="append", meta_conf=metas),
        lambda metas: Transaction(database, meta_conf=metas),
    ):
        with pytest.raises(ConfigError, match="no callback is registered"):
            save(named_by_literal(name))

    assert run_sql(database, "SHOW TABLES") == []
    assert not sideeffect.exists()
    assert not heard


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:30])
def test_an_unregistered_callback_runs_nothing_and_a_load_goes_on_with_a_warning(
    name, database, sideeffect, heard, caplog
):
    write_table(database, "t", FIRST)
    literal = {"config": {"db_path": database, "tablename": "t", "meta_conf": [{"_type": "CallbackMeta", "fn": name}]}}

    assert len(DoltTable.from_dict(literal).data) == 3
    assert "not recording the load: no callback is registered" in caplog.text
    assert [len(frame) for frame in read_batches(database, "t", meta_conf=named_by_literal(name))] == [3]
    assert not sideeffect.exists()
    assert not heard


def test_an_unregistered_name_is_handed_on_to_tasks_that_may_know_it():
    literal = DoltConfig("foo", "t", meta_conf=named_by_literal("team_a:log")).to_dict()

    assert DoltConfig.from_dict(literal).to_dict()["meta_conf"] == [{"_type": "CallbackMeta", "fn": "team_a:log"}]


@pytest.mark.parametrize("fn", [None, 5, "", ["os:system"], {"a": 1}, b"os:system"])
def test_what_is_no_function_is_an_error(fn):
    with pytest.raises(ConfigError):
        CallbackMeta(fn)


def test_two_functions_do_not_share_a_name():
    with pytest.raises(ConfigError, match=r"test\.named"):
        callback(name="test.named")(unregistered)


def test_a_kind_of_metadata_that_the_program_has_not_defined_is_an_error():
    with pytest.raises(DoltError):
        metas_from_dicts({"_type": "builtins.eval", "fn": "1"})
    assert metas_from_dicts(DoltMeta("foo", "t").to_dict()) == DoltMeta("foo", "t")


def test_a_function_that_is_registered_after_its_literal_was_read_is_called(database, heard):
    metas = named_by_literal("test.later")
    callback(name="test.later")(hear)

    write_table(database, "t", FIRST, meta_conf=metas)

    assert [action.kind for action in heard] == ["save"]


def test_a_name_that_nobody_has_registered_cannot_record():
    with pytest.raises(ConfigError, match=r"@callback\(name='team_a:log'\)"):
        CallbackMeta("team_a:log").record(None)
