"""Errors of files that cannot be read, and their messages."""

import gzip
import zipfile

import pandas as pd
import polars as pl
import pytest

from dolt_integrations.core import save
from dolt_integrations.core.files.file import naming_file, read_file, write_file
from dolt_integrations.errors import (
    ConfigError,
    ConstraintError,
    DataError,
    FileError,
    StorageError,
    UnsupportedValueError,
)
from tests.helpers.values.cells import read, table, values

BAD_FILES = {
    "empty": (b"", "is empty"),
    "only lines": (b"\n\n", "is empty"),
    "a blank line above the names": (b" \na,b\n1,2\n", "has no header"),
    "long": (b'a,b\n1,"x\ny"\n\n1,2,3\n', "line 5: the header has 2 columns, this row has 3"),
    "short": (b'a,b\r\n"1\r\n",2\r\n1\r\n', "line 4: the header has 2 columns, this row has 1"),
    "long without a line's end": (b"a\n1\n1,", "line 3: the header has 1 column, this row has 2"),
    "latin-1": (b"a,b\n1,x\n2,caf\xe9\n", "line 3 is not UTF-8: byte 14 of the file, 0xe9"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "line 1 is not UTF-8: byte 1"),
    "cases": (b"a,b,A\n1,2,3\n", "'a' and 'A'"),
    "quote": (b'a,b\n1,2\n3,"x\n4,5\n', "line 3: the quote is not closed"),
    "last quote": (b'a,b\n1,2\n3,"x', "line 3: the quote is not closed"),
    "quote in a column": (b'a\nx\n"y""\nz\n', "line 3: the quote is not closed"),
}


@pytest.mark.parametrize("existing", [None, table("text", "text", "text")])
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_wrong_is_an_error_with_its_line(name, existing, file):
    data, text = BAD_FILES[name]

    with pytest.raises(FileError, match=text) as caught:
        read(file, data, existing)

    assert "data.csv" in str(caught.value)


@pytest.mark.parametrize("args", [{"skiprows": 1}, {"skiprows": 9}, {"index_col": "x"}, {"names": 5}])
def test_what_pandas_cannot_read_is_an_error_of_ours(args, file):
    with pytest.raises(FileError, match=r"data\.csv"):
        read(file, "a,b\n1,2\nx,5\n1,2,3\n" if "skiprows" in args else "a,b\n1,2\nx,5\n", **args)


@pytest.mark.filterwarnings("ignore")  # as in a program that has turned warnings off
def test_cells_that_pandas_would_cut_off_are_an_error(file):
    with pytest.raises(FileError, match="more cells than columns"):
        read(file, b"a,b\n1,2,3\n", index_col=False, skiprows=[9])


def test_a_number_that_would_become_zero_is_an_error_with_its_line(file):
    with pytest.raises(UnsupportedValueError, match=r"line 3, column 'a': 1e-400 is too small"):
        read(file, "a\n0\n1e-400\n5e-324\n")

    assert values(read(file, "a\n0.0\n0e5\n5e-324\n")) == [0, 0, 5e-324]


@pytest.mark.parametrize("text", ["-1e-400", "[1e-400]"])
def test_a_number_of_json_lines_that_would_become_zero_is_an_error(text, tmp_path):
    (tmp_path / "data.jsonl").write_text(f'{{"a": 0.0, "b": 0e5}}\n{{"a": {text}}}\n')

    with pytest.raises(FileError, match=r"line 2 .* would become 0"):
        read_file(tmp_path / "data.jsonl", table="t")


def test_an_engine_of_pandas_that_reads_other_values_is_refused(file):
    with pytest.raises(ConfigError, match="engine='pyarrow'"):
        read(file, "a\n1\n", engine="pyarrow")


@pytest.mark.parametrize("engine", [None, "c", "python"])
def test_the_engines_that_read_every_file_exactly_may_be_named(engine, file):
    assert read(file, "a\n1\n", engine=engine)["a"].tolist() == [1]


def test_another_encoding_is_read_if_it_is_named(file):
    assert values(read(file, "a\ncafé\n".encode("latin-1"), encoding="latin-1")) == ["café"]
    with pytest.raises(ConfigError, match="utf-9"):
        read(file, "a\n1\n", encoding="utf-9")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_missing_file_is_an_error_with_the_nearest(suffix, tmp_path):
    (tmp_path / f"users.{suffix}").write_bytes(b"")

    with pytest.raises(FileError, match=f"no file .*user.{suffix}.*Did you mean `users.{suffix}`"):
        read_file(tmp_path / f"user.{suffix}", table="t")


def test_a_directory_is_an_error(tmp_path):
    with pytest.raises(FileError, match="is a directory"):
        read_file(tmp_path, table="t")
    with pytest.raises(StorageError):
        write_file(pd.DataFrame({"a": [1]}), tmp_path)


@pytest.mark.parametrize("name", [None, "", 5, b"a.csv", "a\0b", "x" * 5000])
def test_what_names_no_file_is_an_error(name):
    with pytest.raises(FileError):
        read_file(name, table="t")


@pytest.mark.parametrize("data", [b"a\n1\n", gzip.compress(b"a\n1\n", mtime=0)[:-9]], ids=["plain", "cut"])
def test_what_is_not_compressed_as_its_suffix_says_is_an_error(data, tmp_path):
    (tmp_path / "data.csv.gz").write_bytes(data)

    with pytest.raises(FileError, match=r"data\.csv\.gz.*\.gz"):
        read_file(tmp_path / "data.csv.gz", table="t")


def test_a_zip_of_a_file_in_a_folder_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.csv.zip", "w") as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/a.csv", "a\n1\n")

    assert read_file(tmp_path / "data.csv.zip", table="t")["a"].tolist() == [1]


def test_a_zip_of_several_files_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.csv.zip", "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("b.csv", "a\n1\n")

    with pytest.raises(FileError, match=r"data\.csv\.zip.*2 files"):
        read_file(tmp_path / "data.csv.zip", table="t")


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        ("a,b\n1,x\n\nz,y\n", {"dtype": {"a": int}}, r"line 4, column 'a' is 'z', which is not int64"),
        ("a,b\n1,x\n1.5,y\n", {"dtype": {"a": "Int64"}}, r"line 3, column 'a' is '1.5', which is not Int64"),
        ("a,b\n1,x\n,y\n", {"dtype": {"a": "int8"}}, r"line 3, column 'a' is empty, which is not int8"),
        ("t\na,b\n1,x\nz,y\n", {"dtype": {"a": float}, "skiprows": 1}, r"row 1, counted from 0, column 'a' is 'z'"),
    ],
)
def test_a_cell_that_is_no_number_of_the_dtype_is_an_error_with_its_line(text, args, said, file):
    with pytest.raises(UnsupportedValueError, match=r"data\.csv.*" + said):
        read(file, text, **args)


@pytest.mark.parametrize(("suffix", "value"), [("csv", "inf"), ("csv", "1e999")])
def test_a_value_that_no_table_holds_is_an_error_that_names_the_file(suffix, value, repository, file):
    file.write_text(f"a,b\n1,2\n3,{value}\n")

    with pytest.raises(UnsupportedValueError, match=r"column 'b' of file .*data\.csv.* holds inf.*row 1"):
        save(repository.path, "t", file)
    assert repository.messages() == ["Initialize data repository"]


def test_a_value_of_a_parquet_file_that_no_table_holds_is_an_error_that_names_the_file(repository, tmp_path):
    pl.DataFrame({"a": [1.0, float("nan")]}).write_parquet(tmp_path / "data.parquet")

    with pytest.raises(UnsupportedValueError, match=r"column 'a' of file .*data\.parquet.*row 1"):
        save(repository.path, "t", tmp_path / "data.parquet")


@pytest.mark.parametrize("encoding", ["ascii", "utf-9"])
def test_an_encoding_that_does_not_hold_the_texts_is_an_error_and_the_file_is_as_it_was(encoding, file):
    file.write_text("before")

    with pytest.raises(ConfigError, match=rf"data\.csv.*{encoding}.*Use utf-8"):
        write_file(pd.DataFrame({"a": ["café"]}), file, args={"encoding": encoding})

    assert file.read_text() == "before"


@pytest.mark.parametrize("separator", ["", ",,", "é", '"', "\n", "\r", "\0", None, 5])
def test_what_separates_no_cells_is_an_error(separator, file):
    with pytest.raises(ConfigError, match=r"cannot separate cells.*one ASCII character"):
        write_file(pd.DataFrame({"a": [1]}), file, args={"sep": separator})


def test_labels_whose_name_the_columns_have_are_an_error_with_what_to_do(file):
    with pytest.raises(DataError, match=r"data\.csv.*without a name.*level_0.*index_col"):
        read(file, ",index,level_0\nx,1,2\n", index_col=0)


@pytest.mark.parametrize(
    ("text", "args", "place"),
    [
        ("a,b\n1,2\n\n3,4\n", {}, r"data\.csv', line 4"),
        ("a,b\n1,2\n3,4\n", {"encoding_errors": "replace"}, r"data\.csv', line 3"),
        ("above\na,b\n1,2\n3,4\n", {"skiprows": 1}, r"data\.csv'(?!, line)"),
        ("a--b\n1--2\n3--4\n", {"sep": "--", "engine": "python"}, r"data\.csv'(?!, line)"),
        ("a,b\n1,2,3\n4,5,6\n", {"index_col": 0}, r"data\.csv'(?!, line)"),
    ],
    ids=["lines", "another encoding", "lines left out", "another separator", "labels"],
)
def test_an_error_about_a_row_names_its_line_if_the_file_has_one_line_for_each(text, args, place, file):
    rows = read(file, text, **args)

    with pytest.raises(ConstraintError, match=place), naming_file(rows, file, args):
        raise ConstraintError("a row is refused", hint="Change it.", row=1)


def test_an_error_about_a_row_still_names_the_file_if_that_is_gone(file):
    rows = read(file, "a,b\n1,2\n3,4\n")
    file.unlink()

    with pytest.raises(ConstraintError, match=r"data\.csv'(?!, line)"), naming_file(rows, file, {}):
        raise ConstraintError("a row is refused", hint="Change it.", row=1)


@pytest.mark.parametrize("error", [ConstraintError("no row is known", hint="-"), UnsupportedValueError("x", hint="-")])
def test_an_error_about_no_row_stays_as_it_is(error, file):
    rows = read(file, "a,b\n1,2\n")

    with pytest.raises(type(error)) as caught, naming_file(rows, file, {}):
        raise error

    assert caught.value is error
