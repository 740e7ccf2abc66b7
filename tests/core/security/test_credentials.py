"""Passwords are sent only to servers that the program or its environment names, not to those of a literal."""

import copy
import json
import logging
import pickle

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import DoltMeta, Remote, Repository, read_table, write_table
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.trust import FromLiteral, forget
from dolt_integrations.errors import AccessDeniedError, ConfigError, DoltError
from dolt_integrations.redaction import redact, shown
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import run_sql
from tests.helpers.servers.hostile import hostile
from tests.helpers.values.fuzzing import examples

ONE = pd.DataFrame({"id": [1]})


@pytest.fixture
def guarded(database, monkeypatch):
    """The URL of a database with a table `t`, whose user needs the password of the environment."""
    run_sql(database, "CREATE USER keeper@'%' IDENTIFIED BY 'open sesame'", "GRANT ALL ON *.* TO keeper@'%'")
    write_table(database, "t", ONE)
    forget()
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")
    yield database.replace("root@", "keeper@")
    run_sql(database, "DROP USER keeper@'%'")


def literal(url):
    return DoltTable.from_dict({"config": {"db_path": url, "tablename": "t"}})


def host_of(url):
    return url.partition("@")[2].partition("/")[0]


def test_a_server_that_only_a_literal_names_gets_no_password_and_the_error_says_how_to_allow_it(guarded, monkeypatch):
    with pytest.raises(AccessDeniedError, match=f"set DOLT_CLI_HOST={host_of(guarded)}"):
        _ = literal(guarded).data

    monkeypatch.setenv("DOLT_CLI_HOST", f"other, {host_of(guarded)}")
    assert len(literal(guarded).data) == 1


def test_a_pickle_without_the_password_of_its_url_says_which_variables_give_it(guarded, monkeypatch):
    monkeypatch.delenv("DOLT_CLI_PASSWORD")
    sent = pickle.dumps(Repository(guarded.replace("keeper@", "keeper:open%20sesame@")))
    forget()  # like a worker of Dask, which did not create the Repository

    with pytest.raises(AccessDeniedError, match=f"set DOLT_CLI_PASSWORD and DOLT_CLI_HOST={host_of(guarded)}"):
        pickle.loads(sent).table("t").read()  # noqa: S301 - our own bytes


def test_a_server_that_the_program_names_too_gets_it(guarded):
    config = DoltConfig(guarded, "t")

    assert len(DoltTable.from_dict(DoltTable(config).to_dict()).data) == 1


def test_a_password_in_the_programs_url_is_for_its_literals_which_do_not_have_it(guarded, monkeypatch):
    monkeypatch.delenv("DOLT_CLI_PASSWORD")
    config = DoltConfig(guarded.replace("keeper@", "keeper:open%20sesame@"), "t")
    travelling = json.dumps(DoltTable(config).to_dict())

    assert "sesame" not in travelling
    assert len(DoltTable.from_dict(json.loads(travelling)).data) == 1
    assert len(DoltTable(copy.deepcopy(config)).data) == 1


def test_the_password_goes_to_the_host_of_the_environment_alone_where_that_is_named(guarded, monkeypatch):
    monkeypatch.setenv("DOLT_CLI_HOST", "db.internal")

    with pytest.raises(AccessDeniedError):
        read_table(guarded, "t")


def test_no_literal_gets_the_password_by_copies_pickles_or_a_changed_config(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")
    table = literal("mysql://me@evil.example/shop")

    for path in (
        table.config.db_path,
        str(table.config.db_path),
        copy.deepcopy(table.config).db_path,
        pickle.loads(pickle.dumps(table.config)).db_path,  # noqa: S301 - ours
        DoltConfig(table.config.db_path, "u").db_path,
        DoltConfig.from_dict(table.config.to_dict()).db_path,
    ):
        assert parse_location(path).password == ""


@pytest.mark.parametrize("option", ["", "&tls=off", "&tls=skip-verify", "&ssl_mode=DISABLED"])
def test_a_hostile_server_of_a_literal_learns_nothing_of_the_password(option, monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")
    with hostile() as server:
        with pytest.raises(DoltError):
            _ = literal(server.url + option).data
        with hostile() as empty:
            monkeypatch.setenv("DOLT_CLI_PASSWORD", "")
            with pytest.raises(DoltError):
                read_table(empty.url, "t")

    # Without a password the client sends an empty scramble to any server.
    assert server.passwords[:1] in ([], empty.passwords[:1])


def test_a_literal_does_not_weaken_the_encryption_that_the_program_asks_for():
    DoltConfig("mysql://me@db.internal/shop?tls=required", "t")

    for weaker in ("tls=off", "tls=skip-verify", "ssl_ca=/tmp/evil.pem"):
        address = parse_location(FromLiteral(f"mysql://me@db.internal/shop?{weaker}"))
        assert (address.tls.mode, address.tls.ca) == ("required", None)


def test_the_password_for_remotes_is_for_those_that_the_program_or_the_environment_names(monkeypatch):
    url = "https://remotes.internal/shop"
    remote = DoltConfig.from_dict({"db_path": "x", "remote_conf": {"url": url, "user": "me"}}).remote_conf

    with pytest.raises(ConfigError, match=r"DOLT_REMOTE_HOST=remotes\.internal"):
        remote.check_credentials(url)

    monkeypatch.setenv("DOLT_REMOTE_HOST", "remotes.internal")
    remote.check_credentials(url)
    monkeypatch.delenv("DOLT_REMOTE_HOST")
    Remote(url=url, user="me").check_credentials(url)
    remote.check_credentials(url)


def test_the_password_for_remotes_is_not_sent_in_clear():
    remote = Remote(url="http://remotes.internal/shop", user="me")

    with pytest.raises(ConfigError, match="unencrypted"):
        remote.check_credentials("http://remotes.internal/shop")
    Remote(url="http://127.0.0.1:50051/shop", user="me").check_credentials("http://127.0.0.1:50051/shop")


@pytest.mark.parametrize("way", [read_table, lambda *where, **options: write_table(*where, ONE, **options)])
@pytest.mark.parametrize("there", [True, False], ids=["pull", "clone"])
def test_no_load_or_save_sends_the_password_for_remotes_in_clear(there, way, repository, tmp_path):
    remote = Remote(url="http://remotes.invalid/shop", user="me", password="sesame")

    with pytest.raises(ConfigError, match=r"unencrypted.*https://"):
        way(repository.path if there else tmp_path / "clone", "t", remote_conf=remote)

    assert not (tmp_path / "clone").exists()


def test_no_pickle_has_a_password():
    values = [
        DoltConfig(
            "mysql://me:sesame@db/shop", "t", remote_conf=Remote(url="https://r/x", user="u", password="sesame")
        ),
        DoltMeta("mysql://me:sesame@db/shop", "t"),
        Remote(url="https://r/x", user="u", password="sesame"),
        DoltTable(DoltConfig("mysql://me:sesame@db/shop", "t"), ONE),
    ]

    assert not any(b"sesame" in pickle.dumps(value) for value in values)


SECRETS = st.text(st.sampled_from("@/?#: \n\t%&=;'\"\\[]{}"), min_size=1, max_size=8).map(
    lambda text: f"{text}Xy7!q{text}Zk9"
)
URLS = [
    "mysql://me:{}@db.local/shop", "mysql://m@e:{}@db.local:3307/shop?tls=off", "mysql://me:{}@", "mysql://me:{}@db.local",
    "mysql://me:{}@db.local:port/shop", "mysql://db.local/shop?password={}", "postgres://me:{}@db.local/shop",
    "mysql:/me:{}@db.local/shop", "mysql://me:{}@db.local/shop?colour=red", "mysql://:{}@db.local/a/b",
]  # fmt: skip


def calls(url):
    """Return the things that a program or a literal can do with a URL. Each may fail."""
    return [
        lambda: parse_location(url),
        lambda: parse_location(FromLiteral(url)),
        lambda: DoltConfig(url, "t").check(),
        lambda: repr(DoltConfig(url, "t")) + str(DoltConfig(url, "t").to_dict()),
        lambda: repr(DoltTable(DoltConfig(url, "t"))),
        lambda: DoltTable.from_dict({"config": {"db_path": url, "colour": 1}}),
        lambda: DoltTable.from_dict({"conf": {"db_path": url}}),
        lambda: DoltTable.from_dict({"config": {"db_path": [url]}}),
        lambda: DoltTable.from_dict({"config": {"db_path": "x", "tablename": {"a": url}}}),
        lambda: DoltTable.from_dict(url),
        lambda: DoltConfig.from_dict({"db_path": "x", "meta_conf": [{"_type": "DoltMeta", "db": url, "colour": 1}]}),
        lambda: DoltConfig.from_dict({"db_path": "x", "remote_conf": {"url": url}}),
        lambda: DoltConfig.from_dict({"db_path": "x", "branch_conf": {"_type": url}}),
        lambda: DoltMeta(url, "t").to_dict(),
        lambda: repr(DoltMeta(url, "t")),
        lambda: Remote(url=url),
    ]


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS, url=st.sampled_from(URLS))
@example(secret="se@cret/Xy7!q?Zk9", url=URLS[0])
def test_no_text_shows_a_password_whatever_it_is_of(secret, url, caplog):
    caplog.set_level(logging.DEBUG)
    forget()
    for at, call in enumerate(calls(url.format(secret))):
        try:
            said = str(call())
        except DoltError as error:
            said = f"{error!r}{error}{error.__cause__!r}"
        for part in ("Xy7!q", "Zk9"):
            assert part not in said + caplog.text, at


NAMES = [
    "config", "db_path", "tablename", "sql", "io_args", "meta_conf", "_type", "fn", "version", "branch_conf",
    "remote_conf", "url", "as_of", "commit", "db", "branch",
]  # fmt: skip
LEAVES = st.text() | st.integers() | st.none() | st.floats() | st.booleans()
LITERALS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
)


@settings(max_examples=examples(100), deadline=None)
@given(LITERALS)
@example({"config": {"db_path": "mysql://x", "meta_conf": {"_type": "CallbackMeta", "fn": "os:system"}}})
def test_any_literal_is_a_table_or_an_error_of_ours(value):
    for parse in (DoltTable.from_dict, DoltConfig.from_dict, lambda value: DoltTable.from_dict({"config": value})):
        try:
            parse(value)
        except DoltError as error:
            assert len(str(error)) < 5_000  # noqa: PT017


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("mysql://me:secret@db/shop", "mysql://me:...@db/shop"),
        ("mysql://me@db/shop", "mysql://me@db/shop"),
        ("mysql://db/shop", "mysql://db/shop"),
        ("mysql://me:secret/shop", "mysql://..."),
        ("mysql://me:a@b/c?d#e f\ng@db/shop", "mysql://me:...@db/shop"),
        ("mysql://db/shop?password=a&b=c", "mysql://db/shop?password=..."),
        ("/data/shop", "/data/shop"),
    ],
)
def test_a_url_is_shown_without_its_password(url, safe):
    assert redact(url) == safe


def test_what_is_shown_of_a_literal_is_bounded():
    assert len(shown({"a": ["x" * 10_000_000] * 3})) < 400
