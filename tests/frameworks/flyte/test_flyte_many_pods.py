"""Pods of map tasks that write at once through a server with few sessions, some killed: every row is there once.

`make pods` runs that with fifty of each and prints what it took.
"""

import os
import random
import time
from collections import Counter

import pytest

from tests.conftest import new_repository, run_sql, start_server
from tests.frameworks.conftest import ROOT
from tests.helpers.frameworks.kubernetes import Kubernetes
from tests.helpers.frameworks.pods import python_value
from tests.helpers.frameworks.programs import load_program
from tests.helpers.frameworks.propeller import Propeller

PROGRAMS = ROOT / "tests" / "helpers" / "frameworks"
PODS = int(os.environ.get("MANY_PODS", "0"))
AT_ONCE = int(os.environ.get("MANY_PODS_AT_ONCE", "3"))
SESSIONS = max(2, AT_ONCE // 2)
"""Fewer than pods that save at once: they wait for each other's, one each."""


@pytest.fixture
def server(tmp_path_factory):
    """A server with few sessions, which disconnects further clients."""
    running = start_server(
        new_repository(tmp_path_factory.mktemp("shop") / "shop").path,
        "--max-connections", str(SESSIONS), "--back-log", "0",
    )  # fmt: skip
    yield running
    running.process.terminate()
    running.process.wait(timeout=60)


@pytest.fixture(scope="module")
def kubernetes(tmp_path_factory):
    running = Kubernetes(tmp_path_factory.mktemp("logs"), tmp_path_factory.getbasetemp())
    yield running
    running.close()


def kills(seed):
    """Return which attempts get SIGKILL at which points: half of the first ones, a quarter of the second ones."""
    chance = random.Random(seed)  # noqa: S311 - a program, no secret
    points = [*range(1, 31), "outputs", "outputs", "outputs"]
    return {
        (node, index, attempt): chance.choice(points)
        for node in ("n0", "n1")
        for index in range(PODS)
        for attempt in (0, 1)
        if chance.random() < 0.5 / (attempt + 1)
    }


@pytest.mark.skipif(PODS == 0, reason="`make pods` runs it, with fifty; MANY_PODS=3 with three")
def test_every_row_is_there_once(kubernetes, object_store, server, tmp_path, monkeypatch):
    module = load_program(PROGRAMS / "many_pods.py", tmp_path / "program", monkeypatch)
    secrets, numbers = {("dolt", "connection"): server.url}, list(range(PODS))
    propeller = Propeller(kubernetes, object_store, secrets, kills(seed=PODS), AT_ONCE)
    begun = time.monotonic()

    ran = propeller.run(module.plan, tmp_path / "program", "many", sharing=numbers, owning=numbers)

    ended = Counter(outcome for attempts in ran.attempts.values() for outcome in attempts)
    print(f"{PODS} + {PODS} pods, {AT_ONCE} at once, in {time.monotonic() - begun:.0f} s: {dict(ended)}")  # noqa: T201
    expected = [(number, pod) for pod in range(PODS) for number in range(pod * module.ROWS, (pod + 1) * module.ROWS)]
    assert run_sql(server.url, "SELECT id, pod FROM appended ORDER BY id, pod") == expected
    assert run_sql(server.url, "SELECT id, pod FROM upserted ORDER BY id") == [(-1, 0), *expected]
    for pod in range(PODS):
        assert run_sql(server.url, f"SELECT id, pod FROM own_{pod} ORDER BY id") == [
            row for row in expected if row[1] == pod
        ]
    assert ended["done"] == 2 * PODS
    assert ended["killed"] > 0
    messages = [message for (message,) in run_sql(server.url, "SELECT message FROM dolt_log")]
    ids = Counter(line for message in messages for line in message.splitlines() if line.startswith("Write-Id: "))
    assert set(ids.values()) == {1}
    assert len(ids) == 3 * PODS


def test_a_remote_may_be_the_only_state_and_a_killed_pod_has_pushed_once(
    kubernetes, object_store, tmp_path, monkeypatch
):
    object_store.make_table(object_store.bucket)
    remote = f"aws://[{object_store.bucket}:{object_store.bucket}]/shop"
    module = load_program(PROGRAMS / "remote_only.py", tmp_path / "program", monkeypatch)
    propeller = Propeller(kubernetes, object_store, kills={("n1", 0, 0): "outputs"})

    ran = propeller.run(module.plan, tmp_path / "program", "remote", numbers=[1, 2], remote=remote)

    assert ran.attempts["n1/0"] == ["killed", "done"]
    assert python_value(ran.outputs["o0"], list[int]) == [0, 1, 2]
    assert len(ran.logs) == 5
