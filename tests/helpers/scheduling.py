"""Hooks of pytest that spread the tests over the workers of xdist. `tests/conftest.py` has them among its names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WHOLE_PROGRAMS = ("test_cookbook_", "test_metaflow", "test_flyte_pods", "test_flyte2")
"""Files that run whole programs once for many tests. They take longest, so they are begun first."""

SLOW = (
    "test_code_blocks", "test_concurrency", "test_contract", "test_flyte_many_pods", "test_flyte_secrets", "test_kill",
    "test_merge_races", "test_private_kills", "test_remotes_http", "test_shared_", "test_state_machine", "test_stops",
    "test_streaming", "test_cards",
)  # fmt: skip
"""Files with tests that take seconds each. They come next, and each worker of xdist takes one test at a time."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the workers of xdist begin with what takes longest, so that none of them has a lot to do when others end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: [not item.path.name.startswith(first) for first in (WHOLE_PROGRAMS, SLOW)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file on one worker of xdist, because each would make what the file's tests share."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if Path(file).name.startswith(SLOW) else file

    config.option.loadscopereorder = False  # the order is that of `pytest_collection_modifyitems`
    return Scheduling(config, log)
