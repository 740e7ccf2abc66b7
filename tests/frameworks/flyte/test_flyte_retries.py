"""Which failures let Flyte try a task again: what flytekit writes into `error.pb` for each."""

import pickle

import pytest
from flyteidl.core import errors_pb2, literals_pb2

from dolt_integrations import errors
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository, free_port, run_sql
from tests.helpers.frameworks import retry_workflow as tasks
from tests.helpers.frameworks.pods import Pods, literal

FINAL = errors_pb2.ContainerError.NON_RECOVERABLE
AGAIN = errors_pb2.ContainerError.RECOVERABLE
TRANSIENT = {
    "ServerUnreachableError", "ServerLostError", "DatabaseLockedError", "LostRaceError", "RemoteUnreachableError",
    "RemoteChangedError", "PushLaterError",
}  # fmt: skip


@pytest.fixture
def pods(pod_here: Pods) -> Pods:
    return pod_here


@pytest.fixture
def away() -> str:
    """The URL of a server that does not exist, with a short wait."""
    return f"mysql://root@127.0.0.1:{free_port()}/shop?connect_timeout=0.1"


def problem(pods: Pods, task: object, **inputs: object) -> errors_pb2.ContainerError:
    folder = pods.here(task, {name: literal(value) for name, value in inputs.items()})
    assert not (folder / "outputs.pb").exists()
    return pods.error(folder)


def test_every_transient_error_of_a_tasks_body_is_recoverable_and_no_other(pods: Pods) -> None:
    found = {kind: problem(pods, tasks.fail, kind=kind).kind for kind in errors.__all__}

    assert {kind for kind in found if found[kind] == AGAIN} == TRANSIENT
    assert {found[kind] for kind in found if kind not in TRANSIENT} == {FINAL}


def test_every_transient_error_of_a_save_is_recoverable_and_no_other(
    pods: Pods, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for kind in errors.__all__:

        def fail(*_: object, kind: str = kind, **__: object) -> None:
            raise getattr(errors, kind)("it broke")

        monkeypatch.setattr("dolt_integrations.core.write_table", fail)
        found[kind] = problem(pods, tasks.save, db=str(repository.path)).kind

    assert {kind for kind in found if found[kind] == AGAIN} == TRANSIENT


@pytest.mark.parametrize("task", [tasks.save, tasks.save_several])
def test_a_save_whose_server_is_away_may_be_tried_again(pods: Pods, away: str, task: object) -> None:
    error = problem(pods, task, db=away)

    assert error.kind == AGAIN
    assert "ServerUnreachableError: Failed to convert outputs of task" in error.message
    assert "Check that the server is up, and that host and port are right." in error.message


def test_a_load_whose_server_is_away_may_be_tried_again(pods: Pods, away: str) -> None:
    by_table = problem(pods, tasks.read, table=DoltTable(DoltConfig(away, "t")))
    by_the_core = problem(pods, tasks.read_by_the_core, db=away)

    assert (by_table.kind, by_table.code) == (AGAIN, "DOLT:Transient")
    assert (by_the_core.kind, by_the_core.code) == (AGAIN, "DOLT:Transient")
    assert "ServerUnreachableError: Can't connect to MySQL server" in by_the_core.message


def test_a_task_may_catch_the_error_by_our_class(pods: Pods, away: str) -> None:
    folder = pods.here(tasks.go_on_without, {"db": literal(away)})

    outputs = literals_pb2.LiteralMap.FromString((folder / "outputs.pb").read_bytes())
    assert "Check that the server is up" in outputs.literals["o0"].scalar.primitive.string_value


def test_data_that_cannot_be_stored_is_final(pods: Pods, repository: Repository) -> None:
    error = problem(pods, tasks.save_unfit, db=str(repository.path))

    assert error.kind == FINAL
    assert "UnsupportedTypeError" in error.message


def test_a_refused_user_is_final(pods: Pods, database: str) -> None:
    error = problem(pods, tasks.save, db=database.replace("root@", "nobody@"))

    assert error.kind == FINAL
    assert "AccessDeniedError" in error.message


def test_a_transient_error_is_pickled_as_ours() -> None:
    error = errors.LostRaceError("somebody was faster", hint="Try again.")

    pickled = pickle.dumps(error)

    assert b"flytekit" not in pickled
    again = pickle.loads(pickled)  # noqa: S301 - made here
    assert type(again) is type(error)
    assert (str(again), again.hint, again.timestamp) == ("somebody was faster. Try again.", "Try again.", None)


def test_the_next_attempt_saves_once_the_server_is_there(pods: Pods, database: str, away: str) -> None:
    run_sql(database, "CREATE TABLE t (a BIGINT NOT NULL)", "CALL DOLT_COMMIT('-Am', 'make t')")

    assert problem(pods, tasks.save, db=away).kind == AGAIN
    folder = pods.here(tasks.save, {"db": literal(database)})

    assert (folder / "outputs.pb").exists()
    assert run_sql(database, "SELECT a FROM t") == [(1,)]
