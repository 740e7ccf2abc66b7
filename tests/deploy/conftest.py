"""The server of `deploy/kubernetes` on this machine: its configuration with other paths, its scripts as they are."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import free_port

FILES = Path(__file__).parents[2] / "deploy" / "kubernetes"


class Deployed:
    """A server with TLS, run from the configuration's file."""

    def __init__(self, folder):
        self.folder, self.port, self.metrics = folder, free_port(), free_port()
        for name in ("databases", "config", "tls"):
            (folder / name).mkdir()
        make_certificate(folder / "tls")
        text = (FILES / "config.yaml").read_text()
        for old, new in self.replaced().items():
            assert old in text
            text = text.replace(old, new)
        (folder / "config.yaml").write_text(text)

    def replaced(self):
        """Return the replacements for what only a pod has."""
        return {
            "/etc/dolt/tls": f"{self.folder}/tls",
            "/var/lib/dolt": str(self.folder),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - it is what is replaced
            "port: 3306": f"port: {self.port}",
            "port: 11228": f"port: {self.metrics}",
        }

    def server_environment(self):
        """Return the environment of the server's container."""
        root = {"DOLT_ROOT_PASSWORD": "root-secret", "DOLT_ROOT_HOST": "%"}
        return {**os.environ, "HOME": str(self.folder), **root}

    def environment(self, **more):
        """Return the environment of a job's container."""
        return {
            **os.environ, "HOME": str(self.folder), "DOLT_HOST": "127.0.0.1", "DOLT_PORT": str(self.port),
            "DOLT_DATABASE": "shop", "DOLT_CLI_PASSWORD": "root-secret", "WRITER_PASSWORD": "writer-secret",
            "READER_PASSWORD": "reader-secret", "SSL_CERT_FILE": f"{self.folder}/tls/ca.crt", **more,
        }  # fmt: skip

    def run(self, script, **more):
        """Run a script of a job, and return the outcome."""
        return subprocess.run(
            ["sh", FILES / script],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def url(self, user, password):
        """The URL of the database, with the certificate verified."""
        ca = f"{self.folder}/tls/ca.crt"
        return f"mysql://{user}:{password}@127.0.0.1:{self.port}/shop?tls=required&ssl_ca={ca}"


def make_certificate(folder):
    """Create a CA, and a certificate signed by it."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)

    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=ca",
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
    )
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dolt", "-keyout", "tls.key", "-out", "tls.csr")
    (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        "x509", "-req", "-days", "2", "-in", "tls.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
        "-extfile", "extensions", "-out", "tls.crt",
    )  # fmt: skip


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """The server, with the database and users that the job creates."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    deployed = Deployed(tmp_path_factory.mktemp("deployed"))
    with open(deployed.folder / "log", "w") as log:
        process = subprocess.Popen(
            ["dolt", "sql-server", "--config", deployed.folder / "config.yaml"],
            env=deployed.server_environment(),
            cwd=deployed.folder, stdout=log, stderr=log,
        )  # fmt: skip
    deadline = time.monotonic() + 60
    while "Server ready" not in (deployed.folder / "log").read_text():
        assert process.poll() is None, (deployed.folder / "log").read_text()
        assert time.monotonic() < deadline, (deployed.folder / "log").read_text()
        time.sleep(0.05)
    made = deployed.run("users.sh")
    assert made.returncode == 0, made.stdout + made.stderr
    yield deployed
    process.terminate()
    process.wait(timeout=30)
