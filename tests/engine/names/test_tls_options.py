"""What the options of encryption mean: whose certificate is asked for, and of which host."""

from __future__ import annotations

import ssl

import pytest

from dolt_integrations.engine.names.tls import Tls, tls_from_options
from dolt_integrations.errors import ConfigError


@pytest.mark.parametrize(
    ("mode", "asks_for", "of_host"),
    [
        ("preferred", ssl.CERT_NONE, False),
        ("skip-verify", ssl.CERT_NONE, False),
        ("verify-ca", ssl.CERT_REQUIRED, False),
        ("required", ssl.CERT_REQUIRED, True),
    ],
)
def test_a_mode_asks_for_the_certificate_and_the_host_that_it_names(
    mode: str, asks_for: ssl.VerifyMode, of_host: bool
) -> None:
    context = Tls(mode).context()

    assert (context.verify_mode, context.check_hostname) == (asks_for, of_host)


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({"ssl_mode": "REQUIRED"}, "skip-verify"),
        ({"ssl_mode": "REQUIRED", "ssl_ca": "ca.pem"}, "verify-ca"),
        ({"ssl_mode": "VERIFY_IDENTITY"}, "required"),
        ({"ssl_cert": "me.pem"}, "required"),
        ({"ssl_ca": "ca.pem"}, "required"),
        ({"ssl_ca": "", "ssl_cert": "", "ssl_key": ""}, "preferred"),
        ({"tls": "VERIFY_CA"}, "verify-ca"),
        ({"tls": "required", "ssl_mode": "verify-identity"}, "required"),
        ({}, "preferred"),
    ],
)
def test_the_names_of_mysqls_clients_mean_what_they_mean_there(options: dict[str, str], mode: str) -> None:
    assert tls_from_options(options).mode == mode


@pytest.mark.parametrize(
    "options",
    [
        {"tls": "off", "ssl_mode": "required"},
        {"tls": "off", "ssl_ca": "ca.pem"},
        {"ssl_cert": "me.pem", "ssl_disabled": "true"},
        {"ssl_mode": "verify-ca", "ssl_verify_identity": "true"},
    ],
)
def test_options_that_contradict_each_other_are_named(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=f"the options {', '.join(options)} contradict each other. Use `tls` alone"):
        tls_from_options(options)


def test_an_unknown_mode_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"ssl_mode has no value 'perhaps'. Use one of disabled, preferred, required"):
        tls_from_options({"ssl_mode": "perhaps"})


@pytest.mark.parametrize("name", ["ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"])
def test_a_flag_is_true_or_false(name: str) -> None:
    assert tls_from_options({name: "TRUE"}) == tls_from_options({name: "1"}) != tls_from_options({name: "false"})
    with pytest.raises(ConfigError, match=f"{name} has no value 'perhaps'. Use true or false"):
        tls_from_options({name: "perhaps"})


def test_a_key_without_a_certificate_is_an_error_that_says_what_lacks():
    with pytest.raises(ConfigError, match="ssl_key is set, but ssl_cert is not"):
        tls_from_options({"ssl_key": "me.key"})
