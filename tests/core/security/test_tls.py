"""Encrypted sessions with a server that accepts no others."""

import contextlib
import shutil
import subprocess

import connectorx
import pandas as pd
import pytest

from dolt_integrations.core import read_table, with_connect_args, write_table
from dolt_integrations.engine.names.tls import Tls
from dolt_integrations.errors import ConfigError, ServerError
from tests.conftest import free_port, new_repository

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="it makes the certificate")


def make_certificate(folder, name):
    """Create `name.pem` and `name.key`, a self-signed certificate."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files],
        check=True, capture_output=True,
    )  # fmt: skip


@contextlib.contextmanager
def serving(folder, more, option=""):
    """Serve a new database with TLS and `cert.pem`, and yield its URL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        shop = new_repository(folder / "shop")
        make_certificate(folder, "cert")
        port = free_port()
        files_of = (
            f"  tls_key: {folder}/cert.key\n  tls_cert: {folder}/cert.pem\n  require_secure_transport: true\n{more}"
        )
        (folder / "server.yaml").write_text(f"listener:\n  host: 127.0.0.1\n  port: {port}\n{files_of}")
        process = subprocess.Popen(
            ["dolt", "sql-server", "--config", str(folder / "server.yaml")], cwd=shop.path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        url = f"mysql://root@127.0.0.1:{port}/shop"
        for _ in range(600):
            try:
                write_table(url + option, "t", pd.DataFrame({"id": range(3_000)}))
                break
            except ServerError:
                subprocess.run(["sleep", "0.1"], check=True)
        yield url
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The URL of a database, and the file of the server's certificate."""
    folder = tmp_path_factory.mktemp("tls")
    with serving(folder, "") as url:
        yield url, folder / "cert.pem"


@pytest.fixture(scope="module")
def knowing(tmp_path_factory):
    """The URL of a database that requires the client certificate `me.pem`, and the folder with that and its key."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder, "me")
    make_certificate(folder, "stranger")
    shown = f"?tls=skip-verify&ssl_cert={folder}/me.pem&ssl_key={folder}/me.key"
    with serving(folder, f"  require_client_cert: true\n  ca_cert: {folder}/me.pem\n", shown) as url:
        yield url, folder


@pytest.mark.parametrize(
    "option", ["", "?tls=skip-verify", "?ssl_ca={}", "?tls=required&ssl_ca={}", "?ssl-mode=VERIFY_CA&ssl-ca={}"]
)
def test_a_server_that_insists_on_encryption_is_read_and_written(option, served, monkeypatch):
    monkeypatch.setenv("DOLT_INTEGRATIONS_CACHE", "off")
    url, certificate = served
    url += option.format(certificate)

    write_table(url, "t", pd.DataFrame({"id": range(3_000)}))

    assert sorted(read_table(url, "t").data["id"]) == list(range(3_000))


@pytest.mark.parametrize(
    ("option", "modes"), [("", {"REQUIRED"}), ("?tls=skip-verify", {"REQUIRED"}), ("?ssl_ca={}", set())]
)
def test_the_fast_reader_encrypts_too_and_is_not_used_where_a_certificate_is_verified(
    option, modes, served, monkeypatch
):
    monkeypatch.setenv("DOLT_INTEGRATIONS_CACHE", "off")
    write_table(served[0], "t", pd.DataFrame({"id": range(3_000)}))
    real, urls = connectorx.read_sql, []
    monkeypatch.setattr(
        connectorx, "read_sql", lambda url, *args, **named: urls.append(url) or real(url, *args, **named)
    )

    assert len(read_table(served[0] + option.format(served[1]), "t").data) == 3_000
    assert {url.partition("?ssl-mode=")[2] for url in urls} == modes


def test_without_encryption_the_error_says_how_to_ask_for_it(served):
    with pytest.raises(ServerError, match=r"\?tls=required"):
        read_table(f"{served[0]}?tls=off", "t")


def test_a_certificate_of_an_unknown_ca_is_an_error_that_says_which_file_to_give(served):
    with pytest.raises(ServerError, match=r"not trusted: self-signed certificate.*\?ssl_ca="):
        read_table(f"{served[0]}?tls=required", "t")


def test_a_ca_file_that_is_not_there_is_an_error_that_names_it(served):
    with pytest.raises(ConfigError, match=r"nowhere\.pem"):
        read_table(f"{served[0]}?ssl_ca=nowhere.pem", "t")


@pytest.mark.parametrize("verified", ["&tls=skip-verify", "&ssl_ca={}/cert.pem"])
def test_a_server_that_demands_a_client_certificate_is_read_and_written_with_one(verified, knowing, monkeypatch):
    monkeypatch.setenv("DOLT_INTEGRATIONS_CACHE", "off")
    url, folder = knowing
    url = with_connect_args(url, {"ssl_cert": folder / "me.pem", "ssl_key": folder / "me.key"})
    url += verified.format(folder)

    write_table(url, "t", pd.DataFrame({"id": range(3_000)}))

    assert sorted(read_table(url, "t").data["id"]) == list(range(3_000))


@pytest.mark.parametrize("option", ["", "?tls=skip-verify", "?ssl_ca={0}/cert.pem"])
def test_without_a_client_certificate_the_error_says_how_to_give_one(option, knowing):
    url, folder = knowing

    with pytest.raises(ServerError, match="ssl_cert"):
        read_table(url + option.format(folder), "t")


def test_a_client_certificate_of_an_unknown_ca_is_refused(knowing):
    url, folder = knowing

    with pytest.raises(ServerError, match="no encrypted connection"):
        read_table(f"{url}?tls=skip-verify&ssl_cert={folder}/stranger.pem&ssl_key={folder}/stranger.key", "t")


def test_a_ca_file_that_is_replaced_is_read_again(tmp_path):
    for name in ("one", "other"):
        make_certificate(tmp_path, name)
    one, other = ((tmp_path / f"{name}.pem").read_text() for name in ("one", "other"))
    tls = Tls("verify-ca", ca=str(tmp_path / "one.pem"))
    before = tls.context().get_ca_certs()
    (tmp_path / "one.pem").write_text(one + other)

    assert (len(before), len(tls.context().get_ca_certs())) == (1, 2)
