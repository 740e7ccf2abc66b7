"""Arrow's extension types, dictionaries and runs, on their own and inside lists."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dolt_integrations.core.arrow.columns import encode_arrow_column
from dolt_integrations.core.arrow.extensions import encode_extension
from dolt_integrations.core.arrow.nested import decode_nested, encode_nested
from dolt_integrations.core.arrow.recast import recast
from dolt_integrations.errors import UnsupportedTypeError

UUIDS = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, b"1" * 16, None], pa.binary(16)))
RUNS = pc.run_end_encode(pa.array(["x", "x", None]))


class Celsius(pa.ExtensionType):
    """A type of another program, which pyarrow does not know."""

    def __init__(self):
        super().__init__(pa.int64(), "example.celsius")

    def __arrow_ext_serialize__(self):
        return b""


def lists_of(values):
    return pa.chunked_array([pa.ListArray.from_arrays(pa.array([0, 2, 3], pa.int32()), values)])


def test_an_extension_type_of_others_is_stored_as_what_it_is_made_of_with_a_warning(caplog):
    degrees = pa.ExtensionArray.from_storage(Celsius(), pa.array([20, None]))

    encoded = encode_arrow_column(pa.chunked_array([degrees]), "column 'a'")

    assert (encoded.values.to_pylist(), encoded.sql_type, encoded.mark.arrow) == ([20, None], "bigint", "int64")
    assert "column 'a' has type" in caplog.text
    assert "is read back as int64" in caplog.text


def test_an_extension_type_of_arrow_is_stored_without_a_warning(caplog):
    encode_arrow_column(pa.chunked_array([UUIDS]), "column 'a'")

    assert caplog.text == ""


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.int64(), True)])
@pytest.mark.parametrize("chunks", [[], [[]]], ids=["no chunk", "an empty chunk"])
def test_a_dictionary_without_rows_is_a_category_as_ordered_as_it_was(chunks, kind):
    mark = encode_arrow_column(pa.chunked_array(chunks, kind), "column 'a'").mark

    assert (mark.dtype, mark.categories, mark.ordered) == ("category", (), kind.ordered)


def test_a_list_of_dictionaries_comes_back():
    values = lists_of(pa.array(["x", "y", None]).dictionary_encode())

    texts, _ = encode_nested(values, "column 'a'")

    assert texts.to_pylist() == ['["x", "y"]', "[null]"]
    assert decode_nested(pa.chunked_array([texts]), values.type).to_pylist() == values.to_pylist()


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        (UUIDS, pa.binary(), [[b"0" * 16, b"1" * 16], [None]]),
        (RUNS, pa.large_string(), [["x", "x"], [None]]),
    ],
    ids=["extension", "runs"],
)
def test_a_list_of_extensions_or_runs_is_cast_to_what_it_holds(values, kind, found):
    assert recast(lists_of(values), pa.large_list(kind)).to_pylist() == found


@pytest.mark.parametrize("values", [UUIDS, RUNS], ids=["extension", "runs"])
def test_a_list_that_pyarrow_cannot_make_again_is_refused_with_what_to_do(values):
    with pytest.raises(UnsupportedTypeError, match=r"column 'a' .*Cast the fields"):
        encode_nested(lists_of(values), "column 'a'")


def test_periods_of_a_frequency_that_pandas_does_not_know_are_refused_with_what_to_do():
    with pytest.raises(UnsupportedTypeError, match=r"column 'a' has the unknown dtype 'period\[X\]'.*timestamps"):
        encode_extension(pa.chunked_array([[1]]), "period[X]", "column 'a'")
