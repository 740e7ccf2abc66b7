"""Servers that ask for files and passwords or send nonsense: no secret leaks, and every error is ours."""

import time

import pandas as pd
import pytest

from dolt_integrations.core import (
    MergeBranch,
    NewBranch,
    Remote,
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
from dolt_integrations.errors import AccessDeniedError, DoltError, ServerError
from dolt_integrations.metaflow import DoltConfig as MetaflowConfig
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.helpers.servers.hostile import OK, hostile, rows

SECRET = b"nobody else's business"
FEW, MANY = pd.DataFrame({"id": range(3)}), pd.DataFrame({"id": range(2_000)})


def in_a_block(url):
    with Transaction(url) as block:
        block.write("t", MANY)


def from_a_file(url, tmp_path):
    MANY.to_csv(tmp_path / "rows.csv", index=False)
    save(url, "t", tmp_path / "rows.csv")


CALLS = {
    "few rows": lambda url, _: write_table(url, "t", FEW),
    "many rows": lambda url, _: write_table(url, "t", MANY),
    "append": lambda url, _: write_table(url, "t", MANY, mode="append"),
    "upsert": lambda url, _: write_table(url, "t", MANY, mode="upsert", primary_key="id"),
    "stream": lambda url, _: write_table(url, "t", iter([MANY, MANY])),
    "new branch": lambda url, _: write_table(url, "t", MANY, branch_conf=NewBranch("b")),
    "merge": lambda url, _: write_table(url, "t", MANY, branch_conf=MergeBranch("main", "main")),
    "transaction": lambda url, _: in_a_block(url),
    "save": from_a_file,
    "load": lambda url, tmp_path: load(url, tmp_path / "out.csv", "t"),
    "read": lambda url, _: read_table(url, "t"),
    "query": lambda url, _: read_table(url, sql="SELECT 1"),
    "as of": lambda url, _: read_arrow(url, "t", as_of="HEAD~1"),
    "batches": lambda url, _: list(read_batches(url, "t")),
    "remote": lambda url, _: read_table(url, "t", remote_conf=Remote(url="file:///nowhere/at/all")),
    "history": lambda url, _: history(url, "t"),
    "diff": lambda url, _: diff(url, "t", "HEAD~1"),
    "blame": lambda url, _: blame(url, "t"),
    "version": lambda url, _: find_version(url),
    "flyte": lambda url, _: DoltTable(DoltConfig(url, "t")).data,
    "metaflow": lambda url, _: find_version(MetaflowConfig(url).database),
}


@pytest.fixture(params=CALLS.values(), ids=CALLS)
def call(request):
    return request.param


def test_no_call_sends_a_file_that_the_server_asks_for(call, tmp_path):
    (tmp_path / "secret").write_bytes(SECRET)

    with hostile(asked_for=str(tmp_path / "secret")) as server:
        with pytest.raises(ServerError, match="asks for the local file"):
            call(server.url, tmp_path)

        assert server.files == []


ANSWERS = {
    "OK": OK,
    "nothing": b"",
    "end": b"\xfe",
    "half an error": b"\xff",
    "an error": b"\xff\x51\x04#HY000" + b"x" * 100_000,
    "too short a row": rows(b"\x011", columns=2),
    "a row cut off": rows(b"\xfe\xff\xff\xff"),
    "no number": rows(b"\x01x", kind=8),
    "hangs up": None,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("call", ["few rows", "query", "history"])
def test_an_answer_that_breaks_the_protocol_is_an_error_of_ours(answer, call, tmp_path):
    greeted = (b"set", b"\x1f")
    with hostile(lambda command: OK if command[1:].lower().startswith(greeted) else answer) as server:
        started = time.monotonic()
        with pytest.raises(DoltError) as caught:
            CALLS[call](server.url, tmp_path)

    assert len(str(caught.value)) < 5_000
    assert time.monotonic() - started < 60


PLUGINS = [
    b"mysql_clear_password",
    b"dialog",
    b"mysql_old_password",
    b"sha256_password",
    b"caching_sha2_password",
    b"x",
]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_no_password_is_sent_so_that_the_server_could_read_it(plugin, tmp_path, monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")

    with hostile(plugin=plugin) as server:
        with pytest.raises(DoltError):
            read_table(server.url, "t")

        assert b"open sesame" not in server.got


def test_the_error_about_a_password_in_clear_says_how_to_send_it(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")

    with hostile(plugin=b"mysql_clear_password") as server, pytest.raises(AccessDeniedError, match=r"tls=required"):
        read_table(server.url, "t")


GREETINGS = [
    b"\x0a",
    b"\x0a8.0.33",
    b"\x0ax.y\0" + b"\0" * 60,
    b"\xff\x15\x04no",
    b"HTTP/1.1 400",
    bytes(range(256)),
]


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_greeting_that_makes_no_sense_is_an_error_of_ours(greeting):
    with hostile(greeting=greeting) as server, pytest.raises(ServerError):
        read_table(server.url, "t")


def test_a_server_that_sends_byte_by_byte_gets_only_the_time_to_connect():
    with hostile(pause=0.3) as server:
        started = time.monotonic()
        with pytest.raises(ServerError, match="no answer"):
            read_table(server.url.replace("timeout=5", "timeout=1"), "t")

    assert time.monotonic() - started < 20


def test_a_mariadb_server_is_recognised_at_once():
    with (
        hostile(version=b"5.5.5-10.11.2-MariaDB") as server,
        pytest.raises(ServerError, match=r"is not a Dolt server but .*MariaDB"),
    ):
        read_table(server.url, "t")


def test_a_mysql_server_is_recognised_at_once():
    unknown = b"\xff\xa9\x04#HY000Unknown system variable 'dolt_transaction_commit'"

    with hostile(lambda command: unknown if b"dolt_" in command else OK) as server:
        with pytest.raises(ServerError, match="is not a Dolt server but a MySQL server"):
            read_table(server.url, "t")


def test_encryption_that_is_asked_for_and_not_offered_is_an_error_before_the_password_is_sent(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")

    for option in ("tls=true", "tls=required", "tls=skip-verify", "ssl-mode=REQUIRED", "tls=verify-ca"):
        with hostile() as server:
            with pytest.raises(ServerError, match="encryption is required"):
                read_table(f"{server.url}&{option}", "t")

            assert server.passwords == []
