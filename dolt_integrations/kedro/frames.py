"""The libraries whose frames a load can return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import check_options, to_polars
from dolt_integrations.core import read_arrow, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dolt_integrations.core import Version

LIBRARIES = ("pandas", "polars", "arrow")


def check_library(dataframe: str) -> None:
    """Check the name of a library.

    Raises:
        ConfigError: The library is unknown; the hint suggests a similar name.
    """
    check_options([dataframe], LIBRARIES, "dataframe")


def read_frame(dataframe: str, arguments: Mapping[str, Any]) -> tuple[Any, Version]:
    """Read a table or a query as a frame of one of the libraries.

    Args:
        dataframe: One of `LIBRARIES`.
        arguments: The arguments of `read_table`.

    Returns:
        A pandas or polars DataFrame or a pyarrow Table, and its version.
    """
    if dataframe == "pandas":
        loaded = read_table(**arguments)
        return loaded.data, loaded.version
    table, version = read_arrow(**arguments)
    if dataframe == "arrow":
        return table, version
    return to_polars(table), version
