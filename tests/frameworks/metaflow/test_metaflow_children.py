"""Children of a task's process do not write for the task: a retry could not recognise what they wrote. Threads may."""

import multiprocessing

import pytest

from dolt_integrations.errors import ForkedProcessError
from dolt_integrations.metaflow.attempts import check_process
from dolt_integrations.metaflow.client import RunningTask
from tests.helpers.saves.attempts import contents

START = """
import multiprocessing, os, sys
from dolt_integrations.errors import ForkedProcessError
from tests.helpers.saves.attempts import rows
from tests.frameworks.metaflow.test_metaflow_attempts import Task
task = Task(sys.argv[1])

def append():
    try:
        task.block(("t", rows(1), "append", None))
    except ForkedProcessError as error:
        assert "Return the rows" in str(error), error
    else:
        os._exit(1)

def forked():
    child = os.fork()
    if not child:
        append()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def by_multiprocessing():
    child = multiprocessing.get_context("fork").Process(target=append)
    child.start()
    child.join()
    return child.exitcode
"""


@pytest.mark.parametrize("way", ["forked", "by_multiprocessing"])
def test_children_are_refused_and_the_task_itself_writes(way, script, database):
    code = f"assert [{way}(), {way}()] == [0, 0]; task.block(('t', rows(1), 'append', None)); print('done')"

    assert script(START + code, database).finish(timeout=100) == "done\n"

    assert contents(database) == [(1, "v1")]


def spawned():
    with pytest.raises(ForkedProcessError):
        check_process(RunningTask("Flow/1/start/1", 0))


def test_a_child_that_imports_everything_anew_is_refused():
    child = multiprocessing.get_context("spawn").Process(target=spawned)
    child.start()
    child.join()

    assert child.exitcode == 0


def test_a_claim_of_the_parents_attempt_is_refused_in_a_child(script, database):
    code = """
from dolt_integrations.core import write_table
from dolt_integrations.core.provenance.attempt import Attempt
attempt = Attempt("node", 0)

def append():
    try:
        attempt.claim()
    except ForkedProcessError as error:
        assert "is a child of the process that runs node" in str(error), error
    else:
        os._exit(1)

assert forked() == 0
for _ in range(2):
    write_table(sys.argv[1], "t", rows(1), mode="append", attempt=attempt)
"""

    script(START + code, database).finish(timeout=100)

    assert contents(database) == [(1, "v1"), (1, "v1")]
