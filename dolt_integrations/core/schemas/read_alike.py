"""Whether a column's comment gives a frame back as it is, though another kind of frame has written it."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.nested import is_nested
from dolt_integrations.core.arrow.polars import to_polars
from dolt_integrations.core.arrow.types import ANY, arrow_type_of
from dolt_integrations.core.columns.arrays import ARRAYS
from dolt_integrations.core.columns.arrow_names import type_of_json
from dolt_integrations.core.columns.json import not_documents
from dolt_integrations.core.columns.mark import Mark, mark_of

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column


def is_read_alike(column: Column, mark: Mark, encoded: EncodedColumn) -> bool:
    """Whether a column's comment implies the mark, and perhaps more about the other kind of frame.

    The pandas dtype in a comment must not change when Arrow writes the column, nor the other way round. Otherwise each
    kind of frame would make a commit after the other.

    Args:
        column: The column as the table has it.
        mark: What a save of the frame alone would write into its comment.
        encoded: The frame's column.
    """
    there = mark_of(column.comment)
    if (there.index, there.label) != (mark.index, mark.label):
        return False
    if encoded.mark.arrow is None or encoded.mark.dtype == ANY:
        return replace(there, arrow=None) == mark and there.arrow is not None
    if there.dtype == ARRAYS and encoded.unindexed and _have_nulls(encoded):
        return False
    if encoded.mark.of == "json" and column.sql_type != "json" and there.of != "json":
        return False  # pandas would read strings
    if there.of in ("uuid", "json") and there.of != encoded.mark.of and not _are_texts_of(there, encoded):
        return False
    is_category = there.dtype != ANY and "category" in (there.dtype, encoded.mark.dtype)
    if is_category and not _have_categories(there, encoded):
        return False
    try:
        return _is_same_type(arrow_type_of(column), there, encoded)
    except (TypeError, ValueError, KeyError, AttributeError, pa.ArrowException):
        return False


def _have_nulls(encoded: EncodedColumn) -> bool:
    """Whether lists have a NULL, which arrays lack. In a table made of a frame it was NaN: pyarrow makes it NULL."""
    is_nested = pa.types.is_large_string(encoded.values.type)
    return is_nested and bool(pc.any(pc.match_substring(encoded.values, "null")).as_py())


def _are_texts_of(there: Mark, encoded: EncodedColumn) -> bool:
    """Whether strings are all UUIDs or documents, as which Arrow reads those of a table."""
    if encoded.sql_type is not None:
        return False
    if there.of == "json":
        return not pc.any(not_documents(encoded.values, in_json=False)).as_py()
    return all(text is None or _is_uuid(text) for text in encoded.values.to_pylist())


def _have_categories(there: Mark, encoded: EncodedColumn) -> bool:
    """Whether categories are the same.

    Polars has categories of texts alone, and reads others as plain values. Unless they are ordered (an Enum), it keeps
    neither their order nor those that no row has.
    """
    if encoded.polars and not (encoded.mark.dtype == "category" and (encoded.mark.ordered or there.ordered)):
        return set(pc.unique(encoded.values).drop_null().to_pylist()) <= set(there.categories or ())
    return there.categories == encoded.mark.categories


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _is_same_type(kind: pa.DataType, there: Mark, encoded: EncodedColumn) -> bool:
    given = type_of_json(encoded.mark.arrow)
    if there.arrow is None and pa.types.is_dictionary(kind) and pa.types.is_dictionary(given):
        # pandas, pyarrow and polars use indices of different sizes for categories.
        return bool(kind.value_type == given.value_type and kind.ordered == given.ordered)
    return bool(kind == given) or (encoded.polars and _are_one_in_polars(kind, given))


def _are_one_in_polars(kind: pa.DataType, given: pa.DataType) -> bool:
    """Whether polars reads columns of both types as the same type, and Dolt keeps their values in the same way."""
    is_exact = is_nested(kind) or pa.types.is_duration(kind)
    if is_exact and _CLOCKS.findall(str(kind)) != _CLOCKS.findall(str(given)):
        return False  # the unit is in the numbers and in the texts that are stored
    one, other = (to_polars(pa.table({"": pa.array([], each)})).schema for each in (kind, given))
    return bool(one == other)


_CLOCKS = re.compile(r"(?:timestamp|time32|time64|duration)\[[^\[\]]*\]|date32|date64")
"""The types of timestamps, times and durations in the name of a type."""
