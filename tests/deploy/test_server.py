"""The server's configuration and the jobs' scripts, run as they are."""

import subprocess
import urllib.request

import pandas as pd
import pytest
import yaml

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.errors import DoltError
from tests.deploy.conftest import FILES

FRAME = pd.DataFrame({"id": [1, 2], "name": ["bar", "baz"]})


def rows(url, query):
    return read_table(url, sql=query).data.to_dict("records")


def test_the_server_has_each_setting_of_the_file(deployed):
    config = yaml.safe_load((FILES / "config.yaml").read_text())
    url = deployed.url("root", "root-secret")

    found = rows(url, "SELECT @@global.max_connections AS c, @@global.local_infile AS l")[0]

    assert found == {
        "c": config["listener"]["max_connections"],
        "l": config["system_variables"]["local_infile"],
    }
    for name in ("databases/shop/.dolt", "config/privileges.db"):
        assert (deployed.folder / name).exists()


def test_the_server_takes_no_setting_that_it_does_not_know(deployed, tmp_path):
    """A misspelled line of the file would end the server, and so fail these tests."""
    (tmp_path / "config.yaml").write_text((deployed.folder / "config.yaml").read_text() + "no_such_setting: 1\n")
    done = subprocess.run(
        ["dolt", "sql-server", "--config", tmp_path / "config.yaml"],
        env=deployed.server_environment(), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "no_such_setting" in done.stdout + done.stderr


def test_the_readiness_probe_is_answered(deployed):
    with urllib.request.urlopen(f"http://127.0.0.1:{deployed.metrics}/metrics", timeout=20) as answer:
        assert answer.status == 200


def test_the_writer_saves_and_the_reader_reads(deployed):
    write_table(deployed.url("flyte", "writer-secret"), "users", FRAME, primary_key="id")

    found = read_table(deployed.url("reader", "reader-secret"), "users").data

    pd.testing.assert_frame_equal(found, FRAME)


def test_the_reader_does_not_write(deployed):
    with pytest.raises(DoltError, match="denied"):
        write_table(deployed.url("reader", "reader-secret"), "others", FRAME)


def test_connections_without_encryption_are_refused(deployed):
    url = deployed.url("flyte", "writer-secret").partition("?")[0]

    with pytest.raises(DoltError, match="tls"):
        read_table(f"{url}?tls=off", "users")


def test_the_users_job_may_run_again_with_other_passwords(deployed):
    assert deployed.run("users.sh", READER_PASSWORD="another").returncode == 0

    assert rows(deployed.url("reader", "another"), "SELECT 1 AS one") == [{"one": 1}]
    assert deployed.run("users.sh").returncode == 0


@pytest.mark.parametrize("wrong", [{"WRITER_PASSWORD": "it's"}, {"READER_PASSWORD": ""}, {"DOLT_DATABASE": "a`b"}])
def test_what_would_break_the_statements_is_refused(wrong, deployed):
    done = deployed.run("users.sh", **wrong)

    assert done.returncode == 1
    assert "users.sh:" in done.stderr


def test_the_nightly_copy_has_the_rows_and_their_history(deployed, tmp_path):
    write_table(deployed.url("flyte", "writer-secret"), "copied", FRAME, primary_key="id")

    done = deployed.run("maintain.sh", BACKUP_URL=f"file://{tmp_path}/backup")

    assert done.returncode == 0, done.stdout + done.stderr
    restored = read_table(tmp_path / "clone", "copied", remote_conf={"url": f"file://{tmp_path}/backup"})
    pd.testing.assert_frame_equal(restored.data, FRAME)
    assert restored.version.commit == read_table(deployed.url("reader", "reader-secret"), "copied").version.commit


def test_a_server_gets_the_database_back_from_the_copy(deployed, tmp_path):
    write_table(deployed.url("flyte", "writer-secret"), "kept", FRAME, primary_key="id")
    assert deployed.run("maintain.sh", BACKUP_URL=f"file://{tmp_path}/backup").returncode == 0
    root = deployed.url("root", "root-secret")

    with open_database(root) as database, database.connect() as connection:
        connection.execute("CALL DOLT_BACKUP('restore', %s, 'restored')", [f"file://{tmp_path}/backup"])

    pd.testing.assert_frame_equal(read_table(root.replace("/shop?", "/restored?"), "kept").data, FRAME)
