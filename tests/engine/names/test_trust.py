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


def test_a_password_that_begins_like_a_path_and_is_longer_than_any_is_a_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "/" + "x" * 10_000)

    assert password("mysql://me@db.local/shop") == "/" + "x" * 10_000


def test_a_directory_takes_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{tmp_path}, which is a directory. Remove it"):
        tie_secrets(tmp_path, Credentials)
