"""Cells that pandas drops with a warning."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def no_cells_lost(args: Mapping[str, Any]) -> Iterator[None]:
    """Let pandas's warning be an error: with `index_col=False`, it cuts off what a row has beyond the columns.

    Args:
        args: The arguments of `read_csv`.

    Raises:
        pandas.errors.ParserWarning: A row in the block is longer than the header.
    """
    if args.get("index_col") is not False:
        yield
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("error", ".*loss of data", pd.errors.ParserWarning)
        yield
