"""Frames that are written to files and come back as they were."""

import os
import stat

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.files.file import read_file, write_file
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.errors import ConfigError, DataError, StorageError, UnsupportedTypeError, UnsupportedValueError
from tests.conftest import run_sql
from tests.helpers.values.strategies import AWKWARD_TEXTS, frames, indexed_frames, mixed_frames

ROUND_TRIP = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def schema_of(frame):
    return encode_frame(frame, table="t").schema()


# Round trips


@ROUND_TRIP
@given(
    frame=st.one_of(frames(), mixed_frames(), indexed_frames()), separator=st.sampled_from([",", ";", "\t", ":", "-"])
)
@example(frame=pd.DataFrame({"a": [None, "", None]}, dtype="str"), separator=",")
@example(frame=pd.DataFrame({"a": [""]}, dtype="str"), separator=",")
@example(frame=pd.DataFrame({"a": ["a\rb"]}, dtype="str"), separator=",")
@example(frame=pd.DataFrame({"a": np.array([2**63 - 1, 1 - 2**63], dtype="timedelta64[s]")}), separator=",")
@example(frame=pd.DataFrame({"a": np.array([2**63 - 1, 1 - 2**63], dtype="timedelta64[ns]")}), separator=",")
@example(frame=pd.DataFrame({"\ufeffa": pd.Series(["\ufeff"], dtype="str")}), separator=",")
def test_a_frame_comes_back_from_csv_as_it_was(frame, separator, file):
    write_file(frame, file, args={"sep": separator})

    back = read_file(file, table="t", existing=schema_of(frame), args={"sep": separator})

    assert_frame_equal(back, without_unnamed_index(frame), check_exact=True, check_column_type=False)


@ROUND_TRIP
@given(frame=st.one_of(frames(), mixed_frames(), indexed_frames()))
def test_a_frame_comes_back_from_parquet_as_it_was(frame, tmp_path):
    write_file(frame, tmp_path / "data.parquet")

    back = read_file(tmp_path / "data.parquet", table="t")

    assert_frame_equal(back, without_unnamed_index(frame), check_exact=True, check_column_type=False)


def without_unnamed_index(frame):
    return frame if frame.index.names[0] is not None else frame.reset_index(drop=True)


@given(texts=st.lists(st.none() | st.sampled_from(AWKWARD_TEXTS), min_size=1, max_size=6))
@settings(ROUND_TRIP, max_examples=30)
def test_what_is_no_number_is_the_same_text_to_a_new_table(texts, file):
    frame = pd.DataFrame({"a": pd.Series([*texts, "text"], dtype="str"), "b": "b"})
    write_file(frame, file)

    assert_frame_equal(read_file(file, table="t"), frame)


@pytest.mark.parametrize("suffix", ["", ".csv", ".txt", ".CSV", ".csv.gz", ".csv.bz2", ".csv.xz", ".parquet", ".PQ"])
def test_the_suffix_says_the_format(suffix, tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})

    write_file(frame, str(tmp_path / "data") + suffix)

    assert_frame_equal(read_file(str(tmp_path / "data") + suffix, table="t"), frame.astype({"b": "str"}))


def test_pandas_reads_a_compressed_file_of_ours(tmp_path):
    write_file(pd.DataFrame({"a": [1, 2]}), tmp_path / "data.csv.gz")

    assert pd.read_csv(tmp_path / "data.csv.gz")["a"].tolist() == [1, 2]


def test_a_frame_makes_the_same_bytes_whenever_it_is_compressed(tmp_path):
    write_file(pd.DataFrame({"a": [1, 2]}), tmp_path / "data.csv.gz")

    assert (tmp_path / "data.csv.gz").read_bytes()[4:8] == bytes(4)  # the time (RFC 1952)


def test_a_table_of_every_sql_type_comes_back_through_a_file(loading_database, tmp_path):
    run_sql(
        loading_database,
        "CREATE TABLE t (id mediumint unsigned PRIMARY KEY, d decimal(65,30), dt datetime, ti time(6), y year, "
        "b bit(64), e enum('x','y'), s set('p','q'), j json, bl blob, f float, day date, tx text)",
        "INSERT INTO t VALUES (16777215, 1.000000000000000000000000000001, '0001-01-01 01:02:03', '-838:59:59', 2155, "
        "b'1111', 'x', 'p,q', '{\"a\": [1, null]}', x'00ff', 3.4028234e38, '9999-12-31', 'NULL')",
        "INSERT INTO t (id) VALUES (2)",
        "CALL dolt_commit('-Am', 'a table')",
    )
    loaded = read_table(loading_database, "t").data
    from dolt_integrations.engine import describe_table, open_database

    with open_database(loading_database) as database, database.connect() as connection:
        existing = describe_table(connection, "t")
    write_file(loaded, tmp_path / "t.csv")

    assert_frame_equal(read_file(tmp_path / "t.csv", table="t", existing=existing), loaded, check_exact=True)


def test_a_file_of_megabytes_comes_back(file):
    long = pd.DataFrame({"n": range(200_000), "a": ["x\ny", ""] * 100_000})
    frame = pd.concat([long, pd.DataFrame({"n": [1], "a": ["é," * 3_000_000]})], ignore_index=True)
    write_file(frame, file)

    assert_frame_equal(read_file(file, table="t", existing=schema_of(frame)), frame.astype({"a": "str"}))


# Writing


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (pd.DataFrame(), DataError), (pd.DataFrame([[1, 2]], columns=["a", "a"]), DataError), (None, DataError),
        (pd.DataFrame({"a": [1j]}), UnsupportedTypeError), (pd.DataFrame({"a": [1, "x"]}), UnsupportedTypeError),
        (pd.DataFrame({"a": [np.inf]}), UnsupportedValueError), (pd.DataFrame({"": [1]}), DataError),
    ],
)  # fmt: skip
def test_a_frame_that_does_not_come_back_is_not_written(frame, error, suffix, tmp_path):
    with pytest.raises(error, match=rf"data\.{suffix}"):
        write_file(frame, tmp_path / f"data.{suffix}")

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_in_one_step(file):
    write_file(pd.DataFrame({"a": [1]}), file)
    file.chmod(0o640)
    with file.open() as reader:
        write_file(pd.DataFrame({"a": [2]}), file)
        assert reader.read() == "a\n1\n"

    assert file.read_text() == "a\n2\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(file.parent) == ["data.csv"]


def test_a_link_stays_and_what_it_names_is_written(file, tmp_path):
    (tmp_path / "link.csv").symlink_to(file)

    write_file(pd.DataFrame({"a": [1]}), tmp_path / "link.csv")

    assert (tmp_path / "link.csv").is_symlink()
    assert file.read_text() == "a\n1\n"


def test_a_pipe_stays_and_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with open(os.open(tmp_path / "pipe.csv", os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        write_file(pd.DataFrame({"a": [1]}), tmp_path / "pipe.csv")

        assert pipe.read() == b"a\n1\n"
    assert (tmp_path / "pipe.csv").is_fifo()


def test_a_stream_that_is_redirected_to_a_file_keeps_what_is_in_the_file(tmp_path):
    path = tmp_path / "log"
    with path.open("wb") as log:
        log.write(b"before" + b"\n")
        log.flush()
        write_file(pd.DataFrame({"a": [1]}), f"/dev/fd/{log.fileno()}", args={"format": "csv"})
        log.write(b"after" + b"\n")

    assert path.read_text().split() == ["before", "a", "1", "after"]


def test_a_full_disk_leaves_the_file_as_it_was(file, script):
    file.write_text("a\n1\n")
    full = """
        import resource, signal, sys
        import pandas as pd
        from dolt_integrations.core.files.file import write_file
        from dolt_integrations.errors import StorageError

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_file(pd.DataFrame({"a": range(10_000)}), sys.argv[1])
        except StorageError as error:
            sys.stdout.write(str(error))
    """

    said = script(full, file).finish()

    assert "data.csv" in said
    assert os.listdir(file.parent) == ["data.csv"]
    assert file.read_text() == "a\n1\n"


def test_a_directory_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(StorageError, match="nowhere"):
        write_file(pd.DataFrame({"a": [1]}), tmp_path / "nowhere" / "data.csv")


@pytest.mark.parametrize("separator", ["", "ab", '"', "\n", 5, "é"])
def test_a_separator_that_cannot_separate_is_an_error(separator, file):
    with pytest.raises(ConfigError, match="separate"):
        write_file(pd.DataFrame({"a": [1]}), file, args={"sep": separator})


def test_the_names_of_a_query_need_not_be_those_of_a_table(file):
    long = "count(distinct case when `a very long column` > 1000000000 then 1 end)"

    write_file(pd.DataFrame({long: [1]}), file)

    assert file.read_text() == f"{long}\n1\n"


def test_a_file_of_a_saved_table_saves_the_same_table(loading_database, file):
    frame = pd.DataFrame({"id": [1, 2], "at": pd.to_timedelta([1, 2]), "name": ["", None]}).set_index("id")
    write_table(loading_database, "t", frame)
    loaded = read_table(loading_database, "t").data
    write_file(loaded, file)

    write_table(loading_database, "t", read_file(file, table="t", existing=schema_of(loaded)))

    assert len(run_sql(loading_database, "SELECT * FROM dolt_log")) == 2
    assert_frame_equal(read_table(loading_database, "t").data, loaded)
