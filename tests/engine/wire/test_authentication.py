"""Passwords that a server could read are sent only where SECURITY.md says so."""

import shutil
import ssl
import subprocess

import pytest

from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.errors import AccessDeniedError, ServerError
from tests.helpers.servers.hostile import hostile

PASSWORD = "open sesame"
IN_CLEAR = PASSWORD.encode() + b"\0"


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """The server's side of encrypted sessions."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    command = ["openssl", "req", "-x509", *key, "-out", "cert.pem", "-subj", "/CN=localhost"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def connect(server, option=""):
    with Connection(parse_location(server.url + option)):
        pass


def test_the_plain_password_is_sent_over_the_encryption_that_was_asked_for(tls):
    with hostile(plugin=b"mysql_clear_password", tls=tls) as server:
        connect(server, "&tls=skip-verify")

        assert server.passwords[-1] == IN_CLEAR


def test_the_plain_password_is_not_sent_over_encryption_that_no_one_asked_for(tls):
    with hostile(plugin=b"mysql_clear_password", tls=tls) as server:
        with pytest.raises(AccessDeniedError, match=r"encryption is not required; it was not sent.*tls=required"):
            connect(server)

        assert len(server.passwords) == 2  # the logins; the second one is encrypted
        assert PASSWORD.encode() not in server.got


@pytest.mark.parametrize(
    ("method", "challenge"), [(b"sha256_password", b"-----BEGIN PUBLIC KEY-----"), (b"caching_sha2_password", b"\x04")]
)
def test_a_key_that_an_unencrypted_server_sends_does_not_encrypt_the_password(method, challenge):
    with hostile(method=method, challenge=challenge) as server:
        with pytest.raises(AccessDeniedError, match="on a connection that is not encrypted; it was not sent"):
            connect(server)

        assert PASSWORD.encode() not in server.got


@pytest.mark.parametrize("plugin", [b"dialog", b"mysql_old_password"])
def test_a_method_that_is_not_secure_is_refused_by_name(plugin):
    with hostile(plugin=plugin) as server, pytest.raises(AccessDeniedError, match="by a method that is not secure"):
        connect(server)


def test_a_server_that_offers_no_encryption_is_used_where_none_is_required():
    with hostile() as server, Connection(parse_location(server.url.replace("127.0.0.1", "localhost"))) as session:
        assert not session.is_encrypted


def test_a_version_that_is_no_text_is_an_error_of_ours():
    with hostile(method=b"\xff\xfe") as server, pytest.raises(ServerError, match="breaks the MySQL protocol"):
        connect(server)
