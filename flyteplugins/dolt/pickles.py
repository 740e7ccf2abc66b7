"""Frames and tables that leave a task in a pickle: annotated `Any`, or in a class that Flyte does not know.

A `DoltTable` is saved then (`DoltTable.__getstate__`). A `flyte.io.DataFrame` cannot be, because Flyte keeps what its
encoder returns in no pickle, so it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyte.io import DataFrame
from flyte.types._pickle import FlytePickleTransformer

from dolt_integrations.adapters import redact
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.datasets.uri import SCHEME
from flyteplugins.dolt.failures import reported
from flyteplugins.dolt.runtime import FlyteRuntime

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal


def report_failures() -> None:
    """Report the errors of a save to the backend, also of one in a pickle."""
    own = FlytePickleTransformer.to_literal

    async def reporting_to_literal(self: Any, python_val: Any, python_type: Any, expected: Any) -> Literal:
        with reported():
            return await own(self, python_val, python_type, expected)

    FlytePickleTransformer.to_literal = reporting_to_literal  # type: ignore[method-assign]


def refuse_frames() -> None:
    """Refuse to pickle a frame that is meant for Dolt, which nothing would save."""
    own = DataFrame.__getstate__

    def checked_state(self: DataFrame) -> dict[Any, Any]:
        is_for_dolt = (self.uri or "").lower().startswith(f"{SCHEME}:")
        if self.val is not None and is_for_dolt and FlyteRuntime().is_pickling():
            what = f"a DataFrame with rows for {redact(str(self.uri))} is returned as a pickle and would not be saved"
            raise ConfigError(what, hint="Annotate the task's output as DataFrame, or return a DoltTable.")
        return own(self)

    DataFrame.__getstate__ = checked_state  # type: ignore[assignment,method-assign]
