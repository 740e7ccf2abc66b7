"""Pickles of what names a server: no password in them, except in those that go to processes of the same program."""

import copy
import pickle
from multiprocessing.reduction import ForkingPickler

import pytest

from dolt_integrations.core import Remote, Repository
from dolt_integrations.core.reads.scan import Scan
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.trust import FromLiteral, forget
from dolt_integrations.kedro import DoltQueryDataset, DoltTableDataset
from dolt_integrations.metaflow import DoltConfig

URL = "mysql://me:sesame@db.internal/shop"
SAFE = "mysql://me@db.internal/shop"
CREDENTIALS = {"user": "me", "password": "sesame"}
HOLDERS = {
    "repository": lambda: Repository(URL),
    "connect_args": lambda: Repository(SAFE, connect_args={"password": "sesame"}),
    "table": lambda: Repository(URL).table("t"),
    "query": lambda: Repository(URL).sql("SELECT 1"),
    "scan": lambda: Scan({"db": URL, "tablename": "t"}),
    "dataset": lambda: DoltTableDataset(SAFE, "t", credentials=CREDENTIALS),
    "dataset of a URL": lambda: DoltQueryDataset(URL, "SELECT 1"),
}


@pytest.fixture(autouse=True)
def _other_program():
    yield
    forget()


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_pickle_has_no_password_and_one_for_a_process_of_the_program_has_it(holder):
    value = HOLDERS[holder]()

    assert b"sesame" not in pickle.dumps(value)
    assert b"sesame" in bytes(ForkingPickler.dumps(value))


def test_an_unpickled_repository_is_untrusted_and_a_copied_one_is_the_programs_own():
    repository = Repository(URL)
    unpickled = pickle.loads(pickle.dumps(repository))  # noqa: S301 - our own bytes

    assert unpickled.location == SAFE
    assert isinstance(unpickled.location, FromLiteral)
    for copied in (copy.copy, copy.deepcopy):
        assert parse_location(copied(repository.location)).password == "sesame"
        assert parse_location(copied(repository).location).password == "sesame"


def test_a_process_of_the_program_hands_the_password_on():
    sent = pickle.loads(bytes(ForkingPickler.dumps(Repository(URL))))  # noqa: S301 - our own bytes

    assert parse_location(pickle.loads(bytes(ForkingPickler.dumps(sent))).location).password == "sesame"  # noqa: S301
    assert b"sesame" not in pickle.dumps(sent)


def test_a_config_in_an_artifact_of_a_flow_is_the_programs_own_and_has_no_password():
    config = pickle.loads(pickle.dumps(DoltConfig(URL)))  # noqa: S301 - our own bytes

    assert config.database == SAFE
    assert not isinstance(config.database, FromLiteral)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_remote_has_its_password_and_a_pickle_has_not(copied):
    remote = Remote(url="https://hub.internal/shop", user="me", password="sesame")

    assert copied(remote).password == "sesame"
    assert copied({"remote": remote})["remote"].password == "sesame"
    assert pickle.loads(pickle.dumps(remote)).password is None  # noqa: S301 - our own bytes
