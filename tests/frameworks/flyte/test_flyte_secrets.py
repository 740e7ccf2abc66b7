"""Passwords from Flyte's secrets: found in the pod, in both forms, and to be read nowhere else."""

import dataclasses
import json
import logging
import pickle
import re
import typing
from pathlib import Path

import pytest
from flytekit import Secret, task

from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte import config as config_module
from dolt_integrations.flyte import runtime
from dolt_integrations.flyte.secrets import secret_credentials
from flytekitplugins.dolt import DoltConfig, DoltTable
from flyteplugins.dolt.runtime import FlyteRuntime
from tests.conftest import run_sql
from tests.helpers.frameworks import secret_workflow as tasks
from tests.helpers.frameworks.pods import Pods, literal, outputs, python_value

WORD = "Xy7@/?: Zk9"
PARTS = ("Xy7", "Zk9")
ESCAPED = "Xy7%40%2F%3F%3A%20Zk9"
NO_SECRET = {"SHOP_WITHOUT_SECRET": "yes", "_FSEC_DOLT_PASSWORD": ""}
NAMED = {"SHOP_URL": "connection:shop", "DOLT_CONNECTION_SHOP": "{url}"}
FORMS = {
    "secret_connect_args": {},
    "DOLT_CLI_PASSWORD": NO_SECRET | {"DOLT_CLI_PASSWORD": WORD},
    "a connection and secret_connect_args": NAMED,
    "a connection and its password": NO_SECRET | NAMED | {"DOLT_CONNECTION_SHOP_PASSWORD": WORD},
    "a connection with its password": NO_SECRET | NAMED | {"DOLT_CONNECTION_SHOP": "{url_with_password}"},
}
"""The ways in which a pod gets a password, as variables."""


@pytest.fixture
def pods(pod_here: Pods) -> Pods:
    return pod_here


@pytest.fixture
def guarded(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database whose user `keeper` has the password, and the secret that holds it."""
    run_sql(database, f"CREATE USER keeper@'%' IDENTIFIED BY '{WORD}'", "GRANT ALL ON *.* TO keeper@'%'")
    url = database.replace("root@", "keeper@")
    monkeypatch.setenv("SHOP_URL", url)
    monkeypatch.setenv("_FSEC_DOLT_PASSWORD", WORD)
    yield url
    run_sql(database, "DROP USER keeper@'%'")


def done(pods: Pods, task: object, **inputs: object) -> typing.Any:
    return outputs(pods.here(task, inputs))["o0"]


def failure(pods: Pods, task: object, **inputs: object) -> str:
    return pods.error(pods.here(task, {name: literal(value) for name, value in inputs.items()})).message


@pytest.mark.parametrize("form", ["variable", "file"])
def test_a_secret_is_found_in_both_forms(
    form: str, pods: Pods, guarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "file":
        monkeypatch.delenv("_FSEC_DOLT_PASSWORD")
        monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
        (tmp_path / "dolt").mkdir()
        (tmp_path / "dolt" / "password").write_text(WORD + "\n")

    saved = done(pods, tasks.save)

    assert done(pods, tasks.read_what_the_module_names, table=saved).scalar.primitive.integer == 1


@pytest.mark.parametrize("form", FORMS)
def test_the_secret_is_in_nothing_that_others_can_read(
    form: str, pods: Pods, guarded: str, database: str, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url_with_password = guarded.replace("keeper@", f"keeper:{ESCAPED}@")
    for name, value in FORMS[form].items():
        monkeypatch.setenv(name, value.format(url=guarded, url_with_password=url_with_password))
    caplog.set_level(logging.DEBUG)
    conf = tasks.conf("t")
    saved = done(pods, tasks.save)
    table = python_value(saved, DoltTable)
    done(pods, tasks.read, table=saved)
    run_sql(database, "DROP USER keeper@'%'", "CREATE USER keeper@'%' IDENTIFIED BY 'another'")
    refused = failure(pods, tasks.save)
    assert "AccessDeniedError" in refused

    written = [each.read_text("latin-1") for each in pods.folder.rglob("*") if each.is_file()]
    assert any("deck" in each.name for each in pods.folder.rglob("*.html"))
    texts = [*written, refused, caplog.text, *capfd.readouterr(), str(run_sql(database, "SELECT * FROM dolt_log"))]
    texts += [str(run_sql(database, "SELECT * FROM actions")), repr(conf), repr(table), json.dumps(conf.to_dict())]
    texts += [each.decode("latin-1") for each in (pickle.dumps(conf), pickle.dumps(table))]
    assert not [text[:500] for text in texts for part in PARTS if part in text]


def test_a_host_that_only_a_literal_names_gets_no_secret(pods: Pods, guarded: str) -> None:
    table = DoltTable.from_dict({"config": {"db_path": guarded, "tablename": "t"}})

    with pytest.raises(ConfigError, match="only a literal names it"):
        dataclasses.replace(table.config, secret_connect_args={"password": tasks.PASSWORD})
    with pytest.raises(ConfigError, match="a literal has secret_connect_args"):
        DoltConfig.from_dict({"db_path": guarded, "secret_connect_args": {"password": {"group": "a", "key": "b"}}})


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "secret dolt/password is not available in this task"), ("", "secret dolt/password is empty")],
)
def test_a_secret_that_is_missing_or_empty_is_an_error_of_the_task_that_connects(
    value: str | None, expected: str, pods: Pods, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("_FSEC_DOLT_PASSWORD")
    if value is not None:
        monkeypatch.setenv("_FSEC_DOLT_PASSWORD", value)

    message = failure(pods, tasks.save)

    assert expected in message
    assert "ConfigError" in message


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"pasword": Secret(group="dolt", key="password")}, "an unknown argument 'pasword'. Did you mean `password`"),
        ({"password": "open sesame"}, "names the secret, and not its value"),
        ("open sesame", "not a dict"),
    ],
)
def test_bad_arguments_are_refused_without_showing_them(arguments: object, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        DoltConfig("mysql://me@db.local/shop", "t", secret_connect_args=arguments)

    assert "open sesame" not in str(caught.value)


def test_a_user_may_be_a_secret_too_and_a_connection_has_its_own(
    pods: Pods, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_FSEC_DOLT_USER", "keeper")
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", guarded.replace("keeper@", "whoever@"))
    secrets = {"user": {"group": "dolt", "key": "user"}, "password": {"group": "dolt", "key": "password"}}
    saved = done(pods, tasks.save)

    table = DoltTable(DoltConfig("connection:shop", "t", secret_connect_args=secrets))

    assert len(table.data) == 1
    assert done(pods, tasks.read_what_the_module_names, table=saved)


def test_a_password_in_the_url_is_refused_on_a_cluster(pods: Pods) -> None:
    message = failure(pods, tasks.save_openly, url="mysql://me:open%20sesame@db.local/shop")

    assert "the db_path mysql://me:...@db.local/shop contains a password" in message
    assert "secret_connect_args" in message
    assert "sesame" not in message


def test_a_password_in_the_url_is_warned_of_elsewhere_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_module, "_WARNED", set())
    for table in ("t", "u"):
        DoltConfig("mysql://me:open%20sesame@db.local/shop", table)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "an error on a cluster" in caplog.text
    assert "sesame" not in caplog.text


@pytest.mark.parametrize("version", [None, "v2"])
def test_a_secret_that_a_local_run_lacks_names_the_variable_that_gives_it(
    version: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = secret_credentials({"password": Secret(group="shop", key="reader", group_version=version)})

    @task
    def password() -> str:
        return str(credentials().password)

    with pytest.raises(ConfigError) as refused:
        password()
    found = re.search(r"environment variable (\w+)", str(refused.value))

    monkeypatch.setenv(found[1], "given")

    assert password() == credentials().password == "given"


def test_flyte_2_looks_no_secrets_up_and_the_error_names_the_variable_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_RUNTIMES", [FlyteRuntime()])
    credentials = secret_credentials({"password": Secret(group="shop", key="reader")})

    with pytest.raises(ConfigError, match=r'In Flyte 2, use .*as_env_var="DOLT_CLI_PASSWORD"'):
        credentials()
