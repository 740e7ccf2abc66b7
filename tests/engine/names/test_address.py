import logging
import types
from pathlib import Path

import pytest

from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.address import DirectoryAddress, ServerAddress
from dolt_integrations.engine.names.tls import Tls
from dolt_integrations.errors import ConfigError


def test_a_text_is_a_directory(tmp_path):
    assert parse_location(str(tmp_path)) == DirectoryAddress(tmp_path)


def test_a_path_is_a_directory(tmp_path):
    assert parse_location(tmp_path) == DirectoryAddress(tmp_path)


def test_a_relative_path_is_below_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert parse_location("shop") == DirectoryAddress(tmp_path / "shop")


def test_a_tilde_is_the_home(home):
    assert parse_location("~/shop") == DirectoryAddress(home / "shop")


def test_an_object_with_a_repo_dir_is_its_directory(tmp_path):
    assert parse_location(types.SimpleNamespace(repo_dir=str(tmp_path))) == DirectoryAddress(tmp_path)


def test_a_doltcli_object_is_its_directory(repository):
    doltcli = pytest.importorskip("doltcli")

    assert parse_location(doltcli.Dolt(str(repository.path))) == DirectoryAddress(repository.path)


@pytest.mark.parametrize("path", ["a:b", "C:\\data", "sh op", "é", "a.b", "-x", "/data//shop"])
def test_a_path_may_have_any_characters(path):
    assert parse_location(path) == DirectoryAddress(Path(path).absolute())


def test_all_parts_of_a_url_are_understood():
    address = parse_location("mysql://me:secret@db.local:3307/shop?connect_timeout=2.5&tls=true")

    assert address == ServerAddress("db.local", 3307, "me", "shop", "secret", 2.5, Tls("required"))


def test_a_url_needs_only_a_host_and_a_database():
    assert parse_location("mysql://db.local/shop") == ServerAddress("db.local", 3306, "root", "shop")


def test_sqlalchemys_spelling_of_a_url_is_taken():
    assert parse_location("mysql+pymysql://me@db.local/shop") == parse_location("mysql://me@db.local/shop")


def test_a_percent_encoded_password_is_decoded():
    assert parse_location("mysql://me:p%40ss%2Fw%3Ard%25@db.local/shop").password == "p@ss/w:rd%"


def test_an_ipv6_host_is_taken():
    assert parse_location("mysql://me@[::1]:3307/shop").host == "::1"


def test_the_password_comes_from_the_environment_where_the_url_has_none(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "secret")

    assert parse_location("mysql://me@db.local/shop").password == "secret"


def test_the_password_of_the_url_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "other")

    assert parse_location("mysql://me:secret@db.local/shop").password == "secret"


def test_a_url_of_an_address_is_parsed_to_the_same_address():
    address = parse_location("mysql://m%2Fe:a%2Fb%40c%3Fd@db.local/shop")

    assert parse_location(address.url(None)) == address


def test_what_is_remembered_of_a_server_depends_on_the_encryption_and_not_on_the_user():
    sources = [parse_location(f"mysql://{url}").source for url in ("me@db/shop", "you@DB/shop", "me@db/shop?tls=off")]

    assert sources[0] == sources[1] != sources[2]


@pytest.mark.parametrize("shown", [str, repr])
def test_a_password_is_never_shown(shown):
    assert "secret" not in shown(parse_location("mysql://me:secret@db.local/shop"))


@pytest.mark.parametrize(
    "location",
    [
        "",
        None,
        5,
        object(),
        types.SimpleNamespace(repo_dir=None),
        "postgres://me@db.local/shop",
        "https://www.dolthub.com/repositories/dolthub/shop",
        "mysql://",
        "mysql://me@db.local",
        "mysql://me@db.local/",
        "mysql:///shop",
        "mysql://me@db.local/shop/branch",
        "mysql://me@db.local:port/shop",
        "mysql://me@db.local:99999/shop",
        "mysql://me@db.local/shop?connect_timeout=soon",
        "mysql://me@db.local/shop?connect_timeout=-1",
        "mysql://me@db.local/shop?connect_timeout=0",
        "mysql://me@db.local/shop?connect_timeout=nan",
        "mysql://me@db.local/shop?tls=perhaps",
        "mysql://me@db.local/shop?colour=red",
        "mysql://me@[::1/shop",
        "a\0b",
    ],
)
def test_what_names_no_database_is_an_error(location):
    with pytest.raises(ConfigError):
        parse_location(location)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://me@db.local/shop\nping", "contains newlines or tabs.*%40, %3A"),
        ("mysql://me:a/b@db.local/shop", "contains an @ after the host.*%40, %3A"),
        ("mysql://me:a?b/c@db.local/shop", "contains an @ after the host.*%40, %3A"),
        ("mysql://me@db.local:port/shop", "is not a URL. Use a directory"),
        ("postgres://me@db.local/shop", "its scheme is not 'mysql'. Use a directory"),
        ("mysql://me@db.local/shop/branch", "does not name a host and one database"),
        ("mysql://me@db.local/shop?tls=perhaps", "the URL mysql://me@db.local/shop.* tls has no value 'perhaps'"),
        ("mysql://me@db.local/shop?colour=red", "unknown option 'colour'. Known options: connect_timeout, tls"),
        ("mysql://me@db.local/shop?connect_timeout=3600.5", "above 0, at most 3600"),
        ("mysql:/me@db.local/shop", "looks like a URL but is not one"),
        ("", "the path of the database is empty"),
        ("a\0b", "contains NUL"),
    ],
)
def test_what_names_no_database_is_said_with_what_would(url, said):
    with pytest.raises(ConfigError, match=f"(?s){said}"):
        parse_location(url)


def test_the_longest_timeout_is_an_hour():
    assert parse_location("mysql://db.local/shop?connect_timeout=3600").connect_timeout == 3600


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:secret@db.local/shop",
        "mysql://me:secret@db.local",
        "mysql://me:secret@db.local/shop?colour=red",
        "mysql://me:secret@db.local:port/shop",
        "mysql://me:sec/ret@db.local/shop",
        "mysql://me:se#cret@db.local/shop",
        "mysql://me:se?cret@db.local/shop",
        "mysql://me:se@cret@db.local",
        "mysql://me:secret@db.local/shop\nping",
    ],
)
def test_no_error_about_a_url_shows_its_password(url, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ConfigError) as caught:
        parse_location(url)

    shown = "".join([repr(caught.value), str(caught.value), repr(caught.value.__cause__), caplog.text])
    assert not any(part in shown for part in ("secret", "sec/", "se#", "se?", "cret"))
