"""Which passwords a server gets: those that the program names for its port, its user and its scheme, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dolt_integrations.engine.names.address import ServerAddress
from dolt_integrations.engine.names.cluster import is_secret_path
from dolt_integrations.engine.names.credentials import Credentials
from dolt_integrations.engine.names.location import parse_location
from dolt_integrations.engine.names.secrets import tie_secrets
from dolt_integrations.engine.names.trust import FromLiteral, forget, may_have_remote_password, tie_remote
from dolt_integrations.errors import ConfigError


@pytest.fixture(autouse=True)
def another_program() -> Iterator[None]:
    forget()
    yield
    forget()


def password(url: str) -> str:
    address = parse_location(url)
    assert isinstance(address, ServerAddress)
    return address.password


def test_the_environments_password_is_for_no_other_port_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")
    parse_location("mysql://me@db.local:3307/shop")

    assert password(FromLiteral("mysql://me@DB.local:3307/shop")) == "open sesame"
    assert password(FromLiteral("mysql://me@db.local:3308/shop")) == ""


def test_the_password_in_the_programs_url_is_for_no_other_user() -> None:
    parse_location("mysql://me:sesame@db.local/shop")

    assert password(FromLiteral("mysql://me@db.local/shop")) == "sesame"
    assert password(FromLiteral("mysql://other@db.local/shop")) == ""
    assert password("mysql://other@db.local/shop") == ""


def test_a_remote_that_the_program_names_encrypted_is_not_trusted_in_clear() -> None:
    tie_remote("https://hub.local/shop")

    assert may_have_remote_password("https://HUB.local/other")
    assert not may_have_remote_password("http://hub.local/shop")


def test_a_path_beside_the_folder_of_secrets_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", "/run/secrets")

    assert is_secret_path("/run/secrets/dolt/password")
    assert not is_secret_path("/run/secrets-of-others/password")


@pytest.mark.parametrize("text", ["/open/sesame", "/" + "x" * 10_000], ids=["no file", "longer than any path"])
def test_a_password_that_begins_like_a_path_is_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOLT_CLI_PASSWORD", text)

    assert password("mysql://me@db.local/shop") == text


def test_a_directory_takes_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{tmp_path}, which is a directory. Remove it"):
        tie_secrets(tmp_path, Credentials)


def test_a_server_that_only_a_literal_names_takes_no_secret_of_the_program() -> None:
    url = FromLiteral("mysql://me@db.local/shop")
    with pytest.raises(ConfigError, match=r"only a literal names it. .* or set DOLT_CLI_HOST=db.local:3306"):
        tie_secrets(url, Credentials)

    parse_location("mysql://db.local/shop")
    tie_secrets(url, lambda: Credentials(password="sesame"))
    found = parse_location("mysql://me@db.local/shop")

    assert isinstance(found, ServerAddress)
    assert found.credentials is not None
    assert found.credentials().password == "sesame"
