"""The output of commands: tables for people, JSON for programs."""

from __future__ import annotations

import datetime
import json
import sys
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WIDEST = 60
"""The maximum width of a cell in characters."""


def print_frame(frame: pd.DataFrame, *, as_json: bool, empty: str = "nothing") -> None:
    """Print a frame as a table, or as a JSON array with an object for each row.

    Args:
        frame: The frame. Its index is not printed.
        as_json: Whether to print JSON.
        empty: The text to print instead of a table without rows.
    """
    if as_json:
        click.echo(json.dumps(records_of(frame), indent=2, ensure_ascii=False))
    elif frame.empty:
        click.echo(f"({empty})")
    else:
        click.echo("\n".join(_lines(frame)))


def print_fields(fields: Mapping[str, object], *, as_json: bool) -> None:
    """Print an object as JSON, or as one line for each field that has a value."""
    if as_json:
        click.echo(json.dumps({name: plain(value) for name, value in fields.items()}, indent=2, ensure_ascii=False))
        return
    shown = {name: cell_of(value) for name, value in fields.items() if value is not None and value != ""}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name.ljust(width)}  {value}")


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as JSON objects."""
    names = [str(name) for name in frame.columns]
    columns = [[plain(value) for value in frame.iloc[:, at].astype(object)] for at in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    """Return a value as a JSON type: numbers, strings, ISO timestamps; anything else as a string."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return plain(value.item()) if hasattr(value, "item") else str(value)


def cell_of(value: object) -> str:
    r"""Return a value for a table, on one line and without control characters.

    Example:
        >>> cell_of("a\nb"), cell_of("\x1b[31mred"), cell_of(None)
        ('a', '\\x1b[31mred', '')
    """
    if isinstance(value, (pd.Timestamp, datetime.datetime)) and not pd.isna(value):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    found = plain(value)
    if isinstance(found, bool):
        return "yes" if found else ""
    text = "" if found is None else str(found)
    text = (text.strip().splitlines() or [""])[0]
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _lines(frame: pd.DataFrame) -> Iterable[str]:
    cut = sys.stdout is not None and sys.stdout.isatty()  # it is None if the shell has closed it
    columns = []
    for at, name in enumerate(frame.columns):
        cells = [cell_of(value) for value in frame.iloc[:, at].astype(object)]
        cells = [f"{cell[: _WIDEST - 3]}..." if cut and len(cell) > _WIDEST else cell for cell in cells]
        label = cell_of(str(name))
        width = max(len(label), *map(len, cells))
        right = pd.api.types.is_numeric_dtype(frame.dtypes.iloc[at]) and not pd.api.types.is_bool_dtype(
            frame.dtypes.iloc[at]
        )
        columns.append([cell.rjust(width) if right else cell.ljust(width) for cell in [label, *cells]])
    for row in zip(*columns, strict=True):
        yield "  ".join(row).rstrip()
