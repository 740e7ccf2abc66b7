"""`connect_args`: connection options by PyMySQL's names, for every entry point and in literals."""

import json
import pickle
import re
import ssl
from pathlib import Path

import pytest

from dolt_integrations.core import Repository, with_connect_args
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.trust import FromLiteral, forget
from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow import DoltConfig as MetaflowConfig
from flytekitplugins.dolt import DoltConfig, DoltTable

URL = "mysql://me@db.internal/shop"


@pytest.fixture(autouse=True)
def another_program():
    forget()


@pytest.mark.parametrize(
    ("arguments", "mode", "ca"),
    [
        ({"ssl_ca": "ca.pem"}, "required", "ca.pem"),
        ({"ssl_ca": "ca.pem", "ssl_verify_cert": True}, "verify-ca", "ca.pem"),
        ({"ssl_ca": "ca.pem", "ssl_verify_cert": True, "ssl_verify_identity": True}, "required", "ca.pem"),
        ({"ssl_verify_cert": False}, "skip-verify", None),
        ({"ssl_disabled": True}, "off", None),
        ({"ssl_disabled": False}, "preferred", None),
        ({"ssl": {"ca": "a b&c.pem"}}, "required", "a b&c.pem"),
        ({"ssl": {"ca": "ca.pem", "check_hostname": False}}, "verify-ca", "ca.pem"),
        ({"ssl": {"ca": "ca.pem", "verify_mode": ssl.CERT_NONE}}, "skip-verify", "ca.pem"),
        ({"ssl": {"ca": "ca.pem", "verify_mode": ssl.CERT_OPTIONAL}}, "required", "ca.pem"),
        ({"ssl": {"ca": "ca.pem", "verify_mode": None}}, "required", "ca.pem"),
        ({"ssl": {"ca": "ca.pem", "verify_mode": "none"}}, "skip-verify", "ca.pem"),
        ({"ssl": None, "ssl_ca": None}, "preferred", None),
        ({"tls": "verify-ca"}, "verify-ca", None),
    ],
)
def test_options_by_pymysqls_names_mean_what_they_mean_in_a_url(arguments, mode, ca):
    address = parse_location(with_connect_args(URL, arguments))

    assert (address.tls.mode, address.tls.ca) == (mode, ca)


CALLS = {
    "flyte": lambda **given: DoltConfig(URL, "t", **given).db_path,
    "metaflow": lambda **given: MetaflowConfig(URL, **given).database,
    "repository": lambda **given: Repository(URL, **given).location,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_call_takes_them(call, tmp_path):
    given = {"ssl_ca": tmp_path / "ca.pem", "ssl_cert": "me.pem", "ssl_key": "me.key", "connect_timeout": 2.5}

    address = parse_location(call(connect_args=given))

    assert (address.tls.ca, address.tls.cert, address.tls.key) == (str(tmp_path / "ca.pem"), "me.pem", "me.key")
    assert address.connect_timeout == 2.5


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ssl_caa": "ca.pem"}, "ssl_ca"),
        ({"ssl": {"caa": "ca.pem"}}, "caa"),
        ({"conect_timeout": 5}, "connect_timeout"),
        ({"ssl_disabled": True, "ssl_ca": "x"}, "contradict"),
        ({"connect_timeout": -1}, "connect_timeout"),
        ({"connect_timeout": [1]}, "connect_timeout"),
        ({"ssl": ssl.create_default_context()}, "SSLContext"),
        ({"ssl_ca": ["ca.pem"]}, "has ssl_ca=.* Pass a string, a path"),
        ({"ssl_ca": Path}, "Pass a string, a path"),
        ({"password": 5}, "password"),
        ("ssl_ca=ca.pem", "dict"),
    ],
)
def test_every_call_refuses_what_is_no_option(call, wrong, said):
    with pytest.raises(ConfigError, match=said):
        call(connect_args=wrong)


def test_an_option_that_the_url_has_too_may_not_differ():
    assert with_connect_args(f"{URL}?ssl-ca=a.pem", {"ssl_ca": "a.pem"}) == f"{URL}?ssl-ca=a.pem"
    with pytest.raises(ConfigError, match="both have ssl_ca"):
        with_connect_args(f"{URL}?ssl-ca=a.pem", {"ssl_ca": "b.pem"})
    with pytest.raises(ConfigError, match="both have ssl_ca"):
        with_connect_args(f"{URL}?ssl-ca=", {"ssl_ca": "b.pem"})


def test_a_directory_takes_none(tmp_path):
    assert with_connect_args(tmp_path, {}) is tmp_path
    with pytest.raises(ConfigError, match="for servers"):
        DoltConfig(tmp_path, "t", connect_args={"connect_timeout": 5})
    with pytest.raises(ConfigError, match=r"for servers, and .*shop.* is not one. Remove it"):
        with_connect_args("data/shop", {"connect_timeout": 5})


def test_a_password_without_a_user_is_that_of_root():
    assert with_connect_args("mysql://db.internal/shop", {"password": "a b"}) == "mysql://root:a%20b@db.internal/shop"


def test_they_travel_in_a_literal_and_the_password_does_not():
    config = DoltConfig(URL, "t", connect_args={"ssl_ca": "ca.pem", "password": "open/sesame@"})
    travelling = json.dumps(DoltTable(config).to_dict())

    assert parse_location(config.db_path).password == "open/sesame@"
    assert "sesame" not in travelling + repr(config) + str(pickle.dumps(config))
    assert DoltTable.from_dict(json.loads(travelling)).config.db_path == f"{URL}?ssl_ca=ca.pem"


def test_a_password_in_the_url_too_is_an_error_that_shows_neither():
    with pytest.raises(ConfigError, match="both have a password") as caught:
        with_connect_args("mysql://me:sesame@db.internal/shop", {"password": "barley"})
    assert not re.search("sesame|barley", str(caught.value))


def test_a_literal_may_have_them_and_no_password_among_them():
    given = {"db_path": URL, "tablename": "t", "connect_args": {"connect_timeout": 3}}
    config = DoltConfig.from_dict(given)

    assert isinstance(config.db_path, FromLiteral)
    assert parse_location(config.db_path).connect_timeout == 3
    with pytest.raises(ConfigError, match="password") as caught:
        DoltConfig.from_dict({**given, "connect_args": {"passwd": "open sesame"}})
    assert "sesame" not in str(caught.value)


def test_a_literal_does_not_switch_encryption_off_by_them():
    config = DoltConfig.from_dict({"db_path": URL, "connect_args": {"ssl_disabled": True}})

    assert parse_location(config.db_path).tls.mode == "preferred"
