"""The Kedro project of the cookbook, run by `kedro run` and by sessions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Repository
from tests.frameworks.conftest import ROOT, environment
from tests.helpers.warm import python

RUNS = """
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

bootstrap_project(Path.cwd())
for a in (2, 3, 3):
    with KedroSession.create(runtime_params={"a": a}) as session:
        session.run(pipeline_names=["users"])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project after `make_picture.py`, a run of `bar` and three of `users`."""
    folder = tmp_path_factory.mktemp("kedro") / "shop"
    shutil.copytree(ROOT / "cookbook" / "kedro", folder, ignore=shutil.ignore_patterns("doltdb", "__pycache__"))
    run(folder, "make_picture.py")
    run(folder, "-m", "kedro", "run", interpreter=sys.executable)
    run(folder, "-c", RUNS)
    return folder


def run(folder, *arguments, interpreter=None):
    settings = {**environment(folder.parent), "DO_NOT_TRACK": "1", "COLUMNS": "200"}
    settings.pop("DOLT_ROOT_PATH", None)
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{settings['PATH']}"
    done = subprocess.run(
        [interpreter or python(), *arguments], cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_file_of_new_is_merged_into_master_by_way_of_c2(project):
    database = Repository(project / "data" / "doltdb")

    assert [row["text"] for row in database.sql("select * from bar as of 'master'")] == ["one", "zwei", "three"]
    assert [row["text"] for row in database.sql("select * from bar as of 'new'")] == ["one", "two", "three"]
    merge, *_ = database.messages("master")
    assert merge.startswith("Kedro run: ")
    assert "Kedro-Node: correct\nKedro-Output: bar_on_master bar correct\nKedro-Input: bar_on_new" in merge


def test_each_run_has_a_branch_and_a_repeated_one_makes_no_commit(project):
    database = Repository(project / "data" / "doltdb")
    below = database.messages("master")

    assert database.branches() == ["main", "master", "new", "run/a_is_2", "run/a_is_3"]
    for branch in ("run/a_is_2", "run/a_is_3"):
        assert len(database.messages(branch)) == len(below) + 1
    assert [row["name"] for row in database.sql("select name from big_users as of 'run/a_is_2'")] == ["Stephanie"]
    assert len(database.sql("select name from big_users as of 'run/a_is_3'")) == 2


def test_two_runs_are_compared(project):
    shown = run(project, "compare_runs.py", "run/a_is_2", "run/a_is_3")

    assert "big_users" in shown
    assert "Stephanie" in shown
    assert "populate_users" in shown
