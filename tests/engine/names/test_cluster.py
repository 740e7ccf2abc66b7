"""Whether the outputs of a task are files beside which a database lasts as long as they do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dolt_integrations import conventions
from dolt_integrations.engine.names.cluster import keeps_outputs_here


@pytest.fixture(autouse=True)
def _below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


@pytest.mark.parametrize(
    ("outputs", "is_kept"),
    [
        (["{here}/out"], True),
        (["{here}/out", "--more"], True),
        (["{here}/../out"], False),
        (["/elsewhere/out"], False),
        (["out"], False),
        (["s3://bucket/out"], False),
        ([], False),
    ],
)
def test_outputs_are_kept_below_the_working_directory_alone(
    outputs: list[str], is_kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [each.format(here=tmp_path) for each in outputs]
    monkeypatch.setattr(sys, "argv", ["task", conventions.OUTPUTS_ARGUMENT, *given])

    assert keeps_outputs_here() is is_kept


def test_a_pod_of_kubernetes_and_a_program_without_outputs_keep_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["task", str(tmp_path)])
    assert not keeps_outputs_here()

    monkeypatch.setattr(sys, "argv", ["task", conventions.OUTPUTS_ARGUMENT, str(tmp_path)])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert not keeps_outputs_here()
