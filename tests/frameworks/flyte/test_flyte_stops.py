"""Ctrl-C while a task's table is being saved: Flyte saves in a thread, and its main thread waits for that."""

import signal
import subprocess
import sys

from tests.conftest import processes_of

SAVE = """
import logging, sys
import pandas as pd
from flytekit import task, workflow
from flytekitplugins.dolt import DoltConfig, DoltTable

@task
def make(db: str) -> DoltTable:
    return DoltTable(DoltConfig(db, "t"), pd.DataFrame({"n": [1]}))

@workflow
def wf(db: str) -> DoltTable:
    return make(db=db)

waiting = logging.StreamHandler(sys.stdout)
waiting.setFormatter(logging.Formatter("waiting: %(levelname)s"))
logging.getLogger("dolt_integrations.engine.server.private").addHandler(waiting)
logging.getLogger("dolt_integrations.engine.server.private").setLevel(logging.DEBUG)
wf(db=sys.argv[1])
print("saved")
"""


def test_ctrl_c_ends_a_local_run_that_has_not_committed_yet(repository, tmp_path, script):
    program = tmp_path / "program.py"  # flytekit reads the source of tasks
    program.write_text(SAVE)
    held = subprocess.Popen(["dolt", "sql"], cwd=repository.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    start = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    run = script(start, program, repository.path, interpreter=sys.executable)
    run.expect("waiting: DEBUG")

    run.process.send_signal(signal.SIGINT)
    said, errors = run.process.communicate(timeout=20)  # the save would wait longer, for the directory

    assert run.process.returncode not in (0, None), errors
    assert "saved" not in said
    held.communicate()
    assert [row["message"] for row in repository.sql("select message from dolt_log")] == ["Initialize data repository"]
    assert processes_of(repository.path) == []
