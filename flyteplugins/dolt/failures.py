"""Reporting the errors of a save to Flyte's backend."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from flyte._context import internal_ctx
from flyte.errors import RuntimeUserError

from dolt_integrations.errors import DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """In a container, convert an error of the block to one whose message Flyte reports to the backend.

    Otherwise an error in the conversion of outputs ends the container, and only its log shows the reason.

    Raises:
        RuntimeUserError: The block raised a `DoltError` in a container.
    """
    try:
        yield
    except DoltError as error:
        context = internal_ctx().data.task_context
        if context is None or context.mode == "local":
            raise
        raise RuntimeUserError(type(error).__name__, str(error)) from error
