"""Named connections: locations that the environment resolves when they are used."""

import json
import pickle

import pandas as pd
import pytest

from dolt_integrations.core import (
    DoltMeta,
    Repository,
    Transaction,
    history,
    read_table,
    with_connect_args,
    write_table,
)
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.names.trust import FromLiteral, forget
from dolt_integrations.errors import AccessDeniedError, ConfigError, DatabaseNotFoundError, ServerUnreachableError
from dolt_integrations.metaflow import DoltConfig as MetaflowConfig
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import free_port, run_sql

ONE = pd.DataFrame({"id": [1]})
PASSWORD = "open/sesame @1"


@pytest.fixture
def guarded(database):
    """The URL of a database with a table `t`, whose user `keeper` has a password."""
    run_sql(database, f"CREATE USER keeper@'%' IDENTIFIED BY '{PASSWORD}'", "GRANT ALL ON *.* TO keeper@'%'")
    write_table(database, "t", ONE)
    forget()
    yield database.replace("root@", "keeper@")
    run_sql(database, "DROP USER keeper@'%'")


def read(location="connection:shop"):
    return read_table(location, "t").data["id"].tolist()


def test_a_connection_is_what_its_variable_says(guarded, monkeypatch, tmp_path):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    for secret in (PASSWORD, str(tmp_path / "password")):
        (tmp_path / "password").write_text(PASSWORD + "\n")
        monkeypatch.setenv("DOLT_CONNECTION_SHOP_PASSWORD", secret)

        assert read() == [1]


@pytest.mark.parametrize("way", ["variable with a path", "folder"])
def test_a_connection_is_what_a_mounted_file_says(way, guarded, monkeypatch, tmp_path):
    (tmp_path / "my-shop").write_text(guarded.replace("keeper@", "keeper:open%2Fsesame%20%401@") + "\n")
    if way == "folder":
        monkeypatch.setenv("DOLT_CONNECTIONS", str(tmp_path))
    else:
        monkeypatch.setenv("DOLT_CONNECTION_MY_SHOP", str(tmp_path / "my-shop"))

    assert read("connection:my-shop") == [1]


def test_a_connection_may_be_a_directory(repository, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", str(repository.path))
    write_table("connection:shop", "t", ONE)

    assert read() == read(repository.path) == [1]


def test_it_serves_every_way_into_the_core(database, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", database)
    shop = Repository("connection:shop", hooks=DoltMeta("connection:shop", "actions"))

    shop.table("t").write(ONE)
    with Transaction("connection:shop") as transaction:
        transaction.write("u", ONE)

    assert len(history("connection:shop", "t")) == 1
    assert "connection:shop" in read_table("connection:shop", "actions").data.to_csv()
    assert repr(shop) == "Repository('connection:shop')"


def test_nothing_that_travels_has_more_of_it_than_its_name(guarded, monkeypatch):
    configs = [DoltConfig("connection:shop", "t"), MetaflowConfig("connection:shop"), Repository("connection:shop")]
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    monkeypatch.setenv("DOLT_CONNECTION_SHOP_PASSWORD", PASSWORD)
    version = write_table("connection:shop", "t", pd.DataFrame({"id": [2]}))
    table = DoltTable(configs[0])
    assert table.data["id"].tolist() == [2]

    messages = run_sql(guarded.replace("keeper", "root"), "SELECT message FROM dolt_log")
    texts = [str(table.to_dict()), json.dumps(configs[1].dict()), repr(configs), str(version), str(messages)]
    texts += [pickle.dumps(each).decode("latin-1") for each in [*configs, table, version]]
    port = guarded.rpartition(":")[2].partition("/")[0]
    assert not [text for text in texts for part in ("sesame", "keeper", "127.0.0.1", port) if part in text]
    assert configs[1].location == "connection:shop"


def test_the_environments_password_is_for_it_unless_another_host_is_named(guarded, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    monkeypatch.setenv("DOLT_CLI_PASSWORD", PASSWORD)
    assert read() == [1]

    monkeypatch.setenv("DOLT_CLI_HOST", "db.internal")
    with pytest.raises(AccessDeniedError, match="connection:shop"):
        read()


def test_the_password_of_a_connection_is_for_no_literal_that_names_its_host(guarded, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    monkeypatch.setenv("DOLT_CONNECTION_SHOP_PASSWORD", PASSWORD)
    assert read() == [1]

    with pytest.raises(AccessDeniedError):
        read(FromLiteral(guarded))


def test_two_servers_of_one_name_have_nothing_in_common_in_the_cache(monkeypatch):
    sources = []
    for url in ("mysql://me@one/shop", "mysql://me@two/shop"):
        monkeypatch.setenv("DOLT_CONNECTION_SHOP", url)
        sources.append(locate("connection:shop").source)

    assert sources[0] != sources[1]


def test_its_options_are_those_of_its_url(monkeypatch):
    monkeypatch.setenv(
        "DOLT_CONNECTION_SHOP", "mysql://me@db.local:3307/shop?tls=verify-ca&ssl_ca=/ca.pem&connect_timeout=3"
    )
    found = locate("connection:shop")

    assert (found.port, found.user, found.tls.mode, found.connect_timeout) == (3307, "me", "verify-ca", 3)
    assert str(found) == "connection:shop"


@pytest.mark.parametrize(
    "name", ["", "1shop", "../etc/passwd", "shop/1", "shop password", "shop_password", "é", "s" * 64]
)
def test_what_is_no_name_is_refused_where_it_is_given(name):
    with pytest.raises(ConfigError, match="is not the name of a connection"):
        parse_location(f"connection:{name}")


def test_a_connection_that_is_not_there_is_an_error_that_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTIONS", str(tmp_path))

    with pytest.raises(
        ConfigError, match=rf"'shop' is not defined here\..* set DOLT_CONNECTION_SHOP .*{tmp_path}/shop"
    ):
        read()


@pytest.mark.parametrize(
    "text", ["http://db.local/shop", "mysql://me:open sesame@db.local", "mysql://me:sesame@/shop?x=1"]
)
def test_a_connection_that_makes_no_sense_is_an_error_without_its_password(text, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", text)

    with pytest.raises(ConfigError, match="connection 'shop'") as caught:
        read()

    assert "sesame" not in str(caught.value)


def test_a_connection_that_is_a_directory_is_called_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", str(tmp_path))

    assert str(locate("connection:shop")) == "connection:shop"


def test_connections_are_mounted_in_a_folder_of_etc():
    with pytest.raises(ConfigError, match="mount a file /etc/dolt/connections/no-such-shop that has it"):
        locate("connection:no-such-shop")


def test_an_empty_secret_is_an_error(guarded, monkeypatch, tmp_path):
    (tmp_path / "password").write_text("\n")
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    monkeypatch.setenv("DOLT_CONNECTION_SHOP_PASSWORD", str(tmp_path / "password"))

    with pytest.raises(ConfigError, match=r"DOLT_CONNECTION_SHOP_PASSWORD names the file .* which is empty"):
        read()


def test_a_missing_database_and_a_server_that_is_away_are_named_by_the_connection(database, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", database.rpartition("/")[0] + "/nowhere")
    with pytest.raises(DatabaseNotFoundError, match="connection:shop"):
        read()

    monkeypatch.setenv("DOLT_CONNECTION_SHOP", f"mysql://root@127.0.0.1:{free_port()}/shop?connect_timeout=0.1")
    with pytest.raises(ServerUnreachableError, match="connection:shop"):
        read()


def test_options_beside_a_connection_are_an_error():
    with pytest.raises(ConfigError, match="options of its own"):
        with_connect_args("connection:shop", {"ssl_ca": "ca.pem"})


def test_the_password_variable_may_hold_the_path_of_a_file(guarded, monkeypatch, tmp_path):
    (tmp_path / "password").write_text(PASSWORD + "\n")
    monkeypatch.setenv("DOLT_CLI_PASSWORD", str(tmp_path / "password"))
    assert read(guarded) == [1]

    (tmp_path / "password").write_text("")
    with pytest.raises(
        ConfigError, match=r"DOLT_CLI_PASSWORD names the file .* which is empty. Check that the secret has a value"
    ):
        read(guarded)


@pytest.mark.parametrize("variable", ["DOLT_CLI_PASSWORD", "DOLT_CONNECTION_SHOP", "DOLT_CONNECTION_SHOP_PASSWORD"])
def test_the_path_of_a_secret_that_is_not_mounted_is_no_password_and_no_directory(variable, guarded, monkeypatch):
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded)
    monkeypatch.setenv(variable, "/etc/flyte/secrets/dolt/absent")

    with pytest.raises(
        ConfigError, match=rf"{variable} names the file /etc/.*No such file.*Check that the secret exists"
    ):
        read()
