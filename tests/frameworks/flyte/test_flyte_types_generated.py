"""Frames of everything that a column may be, generated, through a whole workflow."""

import itertools

import pandas as pd
from flytekit import task, workflow
from hypothesis import HealthCheck, Phase, given, settings

from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Server
from tests.helpers.values.samples import assert_same
from tests.helpers.values.strategies import indexed_frames, mixed_frames

THROUGH_A_WORKFLOW = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
NUMBERS = itertools.count()


def through_a_workflow(url: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame that the second task of a workflow receives for the one that the first task returns."""
    found: list[pd.DataFrame] = []
    config = DoltConfig(db_path=url, tablename=f"t{next(NUMBERS)}")

    @task
    def make() -> DoltTable:
        return DoltTable(data=frame, config=config)

    @task
    def take(table: DoltTable) -> int:
        found.append(table.data)
        return len(table.data)

    @workflow
    def wf() -> int:
        return take(table=make())

    assert wf() == len(frame)
    return found[0]


@THROUGH_A_WORKFLOW
@given(frame=mixed_frames())
def test_a_generated_frame_goes_through_a_workflow(frame: pd.DataFrame, server: Server) -> None:
    back = through_a_workflow(server.url, frame)

    assert_same(back.sort_values("row", ignore_index=True), frame)


@THROUGH_A_WORKFLOW
@given(frame=indexed_frames())
def test_a_generated_frame_with_an_index_goes_through_a_workflow(frame: pd.DataFrame, server: Server) -> None:
    back = through_a_workflow(server.url, frame)

    frame.columns = pd.Index(list(frame.columns))
    assert_same(back.sort_values("row"), frame)
