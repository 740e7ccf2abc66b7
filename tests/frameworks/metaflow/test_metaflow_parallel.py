"""Steps that are retried, run in parallel, fail and are resumed: no row is lost or duplicated."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest
from metaflow import Flow, Run

from dolt_integrations.core import read_table, write_table
from dolt_integrations.metaflow import DoltDT, lineage
from tests.conftest import Repository, new_repository
from tests.helpers.frameworks.flows import FLOWS, Workplace

FLOW = FLOWS / "parallel_flow.py"
FIRST = pd.DataFrame({"n": [0]})


@dataclasses.dataclass
class Played:
    repository: Repository
    failed: str
    resumed: str
    after: dict[str, pd.DataFrame]
    again: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    place = Workplace(tmp_path_factory.mktemp("parallel"))
    with place.at_home():
        with place.client():
            yield place


@pytest.fixture(scope="module")
def played(place: Workplace) -> Played:
    """A run with two parallel steps that fail, its `resume`, and another run with fewer rows."""
    repository = new_repository(place.folder / "db")
    write_table(repository.path, "counter", FIRST)
    failing = place.folder / "failing"
    failing.touch()
    options = ("--database", repository.path, "--failing", failing)
    clash = place.start(FLOWS / "clash_flow.py", "--database", new_repository(place.folder / "clash").path)

    failed = place.run(FLOW, *options, fails=True)
    failing.unlink()
    resumed = place.run(FLOW, "--origin-run-id", failed, command="resume")
    names = ["together", "own_a", "own_b", "own_c", "counter"]
    after = {name: read_table(repository.path, name).data for name in names}
    again = place.run(FLOW, *options, "--rows", 1)
    clash.finish()
    return Played(repository, f"ParallelFlow/{failed}", f"ParallelFlow/{resumed}", after, f"ParallelFlow/{again}")


def numbers(parts: str, rows: int) -> list[list[object]]:
    return [[part, number] for part in parts for number in range(rows)]


def messages(repository: Repository, branch: str = "main") -> list[str]:
    return [message.splitlines()[0] for message in repository.messages(branch)]


def test_a_retried_step_writes_once(played: Played) -> None:
    written = [message for message in messages(played.repository) if f"{played.failed}/start" in message]

    assert len(written) == 1


def test_a_retried_step_reads_what_its_first_attempt_read(played: Played) -> None:
    assert Run(played.failed)["start"].task.data.read == 0
    assert played.after["counter"]["n"].tolist() == [1]


def test_a_table_that_parallel_steps_write_has_the_rows_of_all(played: Played) -> None:
    assert sorted(played.after["together"].values.tolist()) == numbers("abc", 3)
    assert Run(played.resumed).data.together.equals(played.after["together"])


@pytest.mark.parametrize("part", ["a", "b", "c"])
def test_each_parallel_step_has_its_own_table(played: Played, part: str) -> None:
    assert sorted(played.after[f"own_{part}"].values.tolist()) == numbers(part, 3)


def test_a_resumed_run_runs_the_failed_steps_only(played: Played) -> None:
    by_resumed = [message for message in messages(played.repository) if played.resumed in message]

    assert not any("/start/" in message for message in by_resumed)
    assert any(message.startswith(f"Run: {played.resumed}/part/") for message in by_resumed)


def test_a_resumed_run_knows_what_the_failed_one_read_and_wrote(played: Played) -> None:
    rows = lineage(played.resumed)

    assert {"counter", "together", "own_a", "own_b", "own_c"} <= set(rows["table"])
    assert DoltDT(run=played.resumed).read("counter")["n"].tolist() == [0]


def test_another_run_replaces_the_rows_of_the_one_before(played: Played) -> None:
    together = read_table(played.repository.path, "together").data

    assert sorted(together.values.tolist()) == numbers("abc", 1)


def test_a_branch_is_made_once_for_all(played: Played) -> None:
    parts = DoltDT(run=played.again).history()

    assert played.repository.branches() == ["main", "parts"]
    assert len(parts) > 0


def test_a_join_step_merges_the_records_of_all_parallel_steps(played: Played) -> None:
    actions = Run(played.resumed).data.dolt["actions"]

    assert {"counter", "counted", "own_a", "own_b", "own_c"} <= set(actions)
    assert len([name for name in actions if name.split("@")[0] == "count"]) == 3


def test_each_part_reads_its_own_rows_again_by_its_full_name(played: Played) -> None:
    actions = lineage(played.again)
    written = actions[(actions["kind"] == "write") & (actions["table"] == "own_b")].iloc[0]

    assert DoltDT(run=played.again).read("own_b")["part"].tolist() == ["b"]
    assert written["task"].startswith(f"{played.again}/part/")


def test_one_key_that_two_parallel_steps_write_is_an_error_of_the_second(place: Workplace, played: Played) -> None:
    run = Flow("ClashFlow").latest_successful_run
    clash = read_table(place.folder / "clash", "clash").data

    assert run["join"].task.data.errors == ["", "PrimaryKeyError"]
    assert len(clash) == 1


def test_nothing_is_checked_out_or_left_over(played: Played) -> None:
    assert "On branch main" in played.repository.dolt("status")
    assert "nothing to commit" in played.repository.dolt("status")


def test_the_root_logger_is_as_metaflow_left_it(played: Played) -> None:
    assert Run(played.again)["start"].task.data.root_logger == (30, 0)
