"""Running Hypothesis's state machines, which save and load in random order.

`STATE_MACHINE_EXAMPLES` and `STATE_MACHINE_STEPS` make them longer; then they are random, too.
"""

import contextlib
import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import open_session

EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", "6"))
STEPS = int(os.environ.get("STATE_MACHINE_STEPS", "12"))
SOAK = "STATE_MACHINE_EXAMPLES" in os.environ


def make_empty(url):
    """Drop a database, and create it again without tables, branches and commits."""
    name = url.rpartition("/")[2]
    with contextlib.closing(open_session(url.replace(f"/{name}", "/information_schema"))) as session:
        with session.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
            cursor.execute(f"CREATE DATABASE {name}")


def run_on(url, machine):
    """Run a state machine on a database."""
    here = type("Here", (machine,), {"url": url})
    run_state_machine_as_test(
        here,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=not SOAK, database=None,
            suppress_health_check=list(HealthCheck), phases=list(Phase) if SOAK else [Phase.generate],
        ),
    )  # fmt: skip
