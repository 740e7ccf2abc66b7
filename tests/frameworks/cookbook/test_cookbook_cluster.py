"""The recipe for a cluster, as it stands, by pods that share nothing but the server and the store."""

import dataclasses

import pytest

from tests.conftest import run_sql
from tests.frameworks.conftest import ROOT
from tests.helpers.frameworks.kubernetes import Kubernetes
from tests.helpers.frameworks.pods import python_value
from tests.helpers.frameworks.programs import load_program
from tests.helpers.frameworks.propeller import Propeller

WORD = "Xy7@/?: Zk9"
PARTS = ("Xy7", "Zk9", "127.0.0.1", "keeper")
DAYS = ["2026-11-25", "2026-11-26"]


@pytest.fixture
def kubernetes(tmp_path, tmp_path_factory):
    running = Kubernetes(tmp_path, tmp_path_factory.getbasetemp())
    yield running
    running.close()


@pytest.fixture
def propeller(kubernetes, object_store, database):
    run_sql(database, f"CREATE USER keeper@'%' IDENTIFIED BY '{WORD}'", "GRANT ALL ON *.* TO keeper@'%'")
    secrets = {("dolt", "connection"): database.replace("root@", "keeper@"), ("dolt", "password"): WORD}
    yield Propeller(kubernetes, object_store, secrets)
    run_sql(database, "DROP USER keeper@'%'")


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    folder = tmp_path / "program"
    return load_program(ROOT / "cookbook" / "cluster_example.py", folder, monkeypatch), folder


def test_it_runs_on_pods_of_which_some_are_killed_and_the_second_run_is_a_hit(propeller, recipe, database):
    module, folder = recipe
    kills = {("n0", 0, 0): "outputs", ("n0", 1, 0): 9, ("n2", None, 0): "outputs"}

    first = dataclasses.replace(propeller, kills=kills).run(module.nightly, folder, "first")
    second = propeller.run(module.nightly, folder, "second")

    frames = [module.sold(day) for day in DAYS]
    totals = {shop: sum(int(frame["amount"][at]) for frame in frames) for at, shop in enumerate(frames[0]["shop"])}
    best = max(totals, key=totals.get)
    assert [python_value(run.outputs["o0"], str) for run in (first, second)] == [best, best]
    again = ["killed", "done"]
    assert first.attempts == {"n0/0": again, "n0/1": again, "n1": ["done"], "n2": again, "n3": ["done"]}
    assert (first.hits, second.hits) == ([], ["n2"])
    rows = run_sql(database, "SELECT day, shop, amount FROM sales ORDER BY day, shop")
    assert rows == [tuple(row) for frame in frames for row in frame.astype(object).itertuples(index=False)]
    messages = [message for (message,) in run_sql(database, "SELECT message FROM dolt_log")]
    assert sum("Flyte-Task: cluster_example.map_load_day" in message for message in messages) == 2
    kept = [propeller.store.read(key).decode("latin-1") for key in propeller.store.keys()]
    texts = [*kept, *first.logs, *second.logs, *messages]
    assert not [text[:300] for text in texts for part in PARTS if part in text]
