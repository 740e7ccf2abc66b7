"""What `docs/cluster.md` says of failures on a cluster, row by row: each is caused, and its error looked at."""

import re
import shutil
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2
from flytekit.models.literals import LiteralMap

from dolt_integrations.engine import parse_location
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.engine.session.pool import POOL
from tests.conftest import free_port, new_repository, run_sql, start_server
from tests.core.security.test_tls import make_certificate, serving
from tests.frameworks.conftest import environment
from tests.helpers.docs.pages import ROOT
from tests.helpers.frameworks import retry_workflow
from tests.helpers.frameworks import secret_workflow as tasks
from tests.helpers.frameworks.pods import Pods, container_of, literal, variables
from tests.helpers.servers.hostile import hostile

PAGE = ROOT / "docs" / "cluster.md"
ROWS = re.findall(r"^\| (.+?) \| (next attempt|fails) \| (.+?) \|", PAGE.read_text(), re.MULTILINE)
SEEN = {what: seen for what, _, seen in ROWS}
DOES = {what: does for what, does, _ in ROWS}
KINDS = {"next attempt": errors_pb2.ContainerError.RECOVERABLE, "fails": errors_pb2.ContainerError.NON_RECOVERABLE}
ELSEWHERE = {"the pod is killed or preempted"}
"""What `test_cookbook_cluster` and `test_flyte_many_pods` cause."""


class Cause:
    """Causes a failure of a task, and returns what the task reports."""

    def __init__(self, pods, database, patch, folder):
        self.pods, self.database, self.patch, self.folder = pods, database, patch, folder
        patch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(folder / "secrets"))

    def fail(self, task, **inputs):
        folder = self.pods.here(task, {name: literal(value) for name, value in inputs.items()})
        assert not (folder / "outputs.pb").exists()
        return self.pods.error(folder)

    def with_secret(self, value):
        self.patch.setenv("SHOP_URL", self.database)
        if value is not None:
            self.patch.setenv("_FSEC_DOLT_PASSWORD", value)
        return self.fail(tasks.save)


def away(cause):
    return cause.fail(retry_workflow.save, db=f"mysql://root@127.0.0.1:{free_port()}/shop?connect_timeout=0.1")


def full(cause):
    server = start_server(new_repository(cause.folder / "shop").path, "--max-connections", "1", "--back-log", "0")
    POOL.empty()
    session = Connection(parse_location(server.url + "?connect_timeout=60"))  # once the previous one has ended there
    try:
        return cause.fail(retry_workflow.save, db=server.url + "?connect_timeout=0.5")
    finally:
        session.close()
        POOL.empty()
        server.kill()


def missing_file(cause):
    cause.patch.setenv("DOLT_CONNECTION_SHOP", str(cause.folder / "secrets" / "dolt" / "connection"))
    return cause.fail(retry_workflow.save, db="connection:shop")


@contextmanager
def logged_in_as(cause, user, rights):
    """Let tasks in the block use the database as another user, whose password is `sesame`."""
    root = cause.database
    run_sql(root, f"CREATE USER {user}@'%' IDENTIFIED BY 'sesame'", f"GRANT {rights} TO {user}@'%'")
    try:
        cause.database = root.replace("root@", f"{user}@")
        yield
    finally:
        run_sql(root, f"DROP USER {user}@'%'")


def wrong_password(cause):
    with logged_in_as(cause, "keeper", "ALL ON *.*"):
        return cause.with_secret("barley")


def without_rights(cause):
    with logged_in_as(cause, "reader", f"SELECT ON {cause.database.rpartition('/')[2]}.*"):
        return cause.with_secret("sesame")


def wrong_ca(cause):
    make_certificate(cause.folder, "other")
    (cause.folder / "served").mkdir()
    with serving(cause.folder / "served", "", "?tls=skip-verify") as url:
        return cause.fail(retry_workflow.save, db=f"{url}?tls=required&ssl_ca={cause.folder}/other.pem")


def no_dolt(cause):
    with hostile(version=b"5.5.5-10.11.2-MariaDB") as server:
        return cause.fail(retry_workflow.save, db=server.url)


def openly(cause):
    return cause.fail(tasks.save_openly, url="mysql://me:open%20sesame@db.local/shop")


def image_without_the_package(cause):
    """Run a pod with all packages of this Python except ours."""
    packages = cause.folder / "packages"
    packages.mkdir()
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.search(r"dolt_integrations|flytekitplugins|flyteplugins", each.name):
            (packages / each.name).symlink_to(each)
    (cause.folder / "program").mkdir()
    shutil.copy(ROOT / "cookbook" / "quickstart_example.py", cause.folder / "program")
    (cause.folder / "inputs.pb").write_bytes(LiteralMap({}).to_flyte_idl().SerializeToString())
    arguments = container_of(retry_workflow.save).args
    at = arguments.index("--resolver")
    command = [
        sys.executable, "-S", "-m", "flytekit.bin.entrypoint", "pyflyte-execute",
        "--inputs", cause.folder / "inputs.pb", "--output-prefix", cause.folder,
        "--raw-output-data-prefix", cause.folder / "raw", *arguments[at : at + 3],
        "task-module", "quickstart_example", "task-name", "populate_rabbits",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=cause.folder / "program", check=False, capture_output=True, text=True, timeout=120,
        env=environment(cause.folder) | variables("t", 0) | {"PYTHONPATH": str(packages)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Pods.error(cause.folder)


CAUSES = {
    "the server is away for longer than `connect_timeout` (a minute)": away,
    "the server has its `max_connections` for all that time": full,
    "no such secret": lambda cause: cause.with_secret(None),
    "the secret is empty": lambda cause: cause.with_secret(""),
    "no such secret, and a variable should hold its path": missing_file,
    "no such connection": lambda cause: cause.fail(retry_workflow.save, db="connection:shop"),
    "the password is wrong": wrong_password,
    "the user lacks rights": without_rights,
    "the certificate is of another CA": wrong_ca,
    "the server offers no encryption, and `tls=required`": lambda cause: cause.fail(
        retry_workflow.save, db=cause.database + "?tls=required"
    ),
    "the server is not Dolt": no_dolt,
    "the database is missing": lambda cause: cause.fail(retry_workflow.save, db=cause.database + "_not_there"),
    "a relative directory": lambda cause: cause.fail(tasks.save_relative),
    "a directory that does not exist yet": lambda cause: cause.fail(tasks.save_into, folder=f"{cause.folder}/shop"),
    "a password in `db_path`": openly,
    "rows that cannot be stored": lambda cause: cause.fail(retry_workflow.save_unfit, db=cause.database),
    "an image without this package": image_without_the_package,
}


def test_every_row_has_a_cause():
    assert set(CAUSES) | ELSEWHERE == set(SEEN)


@pytest.mark.parametrize("what", CAUSES)
def test_a_failure_is_what_the_page_says(what, pod_here, database, monkeypatch, tmp_path):
    error = CAUSES[what](Cause(pod_here, database, monkeypatch, tmp_path))

    assert error.kind == KINDS[DOES[what]]
    expected = [text for text in re.findall(r"`(.+?)`", SEEN[what]) if text != "DataError"]
    assert expected
    assert all(text in error.message for text in expected), error.message
    assert not [word for word in ("sesame", "barley") if word in error.message]
    if "Module" not in expected[0]:
        assert expected[0].endswith("Error")
        assert re.search(rf"{expected[0]}: ", error.message)
