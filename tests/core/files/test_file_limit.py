"""Files that would become too large in memory are refused before they do."""

import bz2
import gzip
import lzma
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from dolt_integrations.core.files import limit as limits
from dolt_integrations.core.files.arrow_size import check_feather_size
from dolt_integrations.core.files.compression import compress
from dolt_integrations.core.files.file import read_file, write_file
from dolt_integrations.core.files.limit import LIMIT, file_limit
from dolt_integrations.errors import ConfigError, FileError

ROWS = 200_000
LINE = b"text\n"


@pytest.fixture
def limit(monkeypatch):
    """A limit of a megabyte."""
    monkeypatch.setenv(LIMIT, str(1 << 20))


def write_parquet(path, column, **options):
    pq.write_table(pa.table({"a": column}), path, **options)


def write_arrow(path, column):
    with pa.ipc.new_file(path, pa.schema({"a": column.type})) as file:
        file.write(pa.record_batch({"a": column}))


WRITERS = {
    "csv": lambda path: path.write_bytes(LINE * ROWS * 2),
    "csv.gz": lambda path: path.write_bytes(gzip.compress(LINE * ROWS * 2)),
    "csv.bz2": lambda path: path.write_bytes(bz2.compress(LINE * ROWS * 2)),
    "csv.xz": lambda path: path.write_bytes(lzma.compress(LINE * ROWS * 2)),
    "csv.zst": lambda path: path.write_bytes(compress(LINE * ROWS * 2, ".zst")),
    "members.csv.gz": lambda path: path.write_bytes(gzip.compress(LINE * 1000) * 1000),
    "numbers.parquet": lambda path: write_parquet(path, pa.array([7] * ROWS)),
    "texts.parquet": lambda path: write_parquet(path, pa.array(["x" * 100] * ROWS)),
    "bytes.parquet": lambda path: write_parquet(path, pa.array([b"x" * 100] * ROWS)),
    "groups.parquet": lambda path: write_parquet(path, pa.array(["x" * 100] * ROWS), row_group_size=1000),
    "nulls.parquet": lambda path: write_parquet(path, pa.array([None] * ROWS, pa.int64())),
    "plain.parquet": lambda path: write_parquet(path, pa.array(["x" * 100] * ROWS), use_dictionary=False),
    "zstd.feather": lambda path: feather.write_feather(pa.table({"a": ["x" * 100] * ROWS}), path, compression="zstd"),
    "lz4.arrow": lambda path: feather.write_feather(pa.table({"a": [7] * ROWS}), path, compression="lz4"),
    "plain.feather": lambda path: feather.write_feather(pa.table({"a": [7] * ROWS}), path, compression="uncompressed"),
    "categories.feather": lambda path: write_arrow(path, pa.array(["x" * 9999] * 1000).dictionary_encode()),
    "large.feather": lambda path: write_arrow(path, pa.array([f"{n:09999}" for n in range(1000)]).dictionary_encode()),
    "runs.feather": lambda path: write_arrow(path, pc.run_end_encode(pa.array([7] * ROWS))),
    "wide.jsonl": lambda path: path.write_text("".join(f'{{"c{n}": 1}}\n' for n in range(1000))),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_becomes_too_large_is_refused(name, tmp_path, limit):
    WRITERS[name](tmp_path / name)

    with pytest.raises(FileError, match=LIMIT) as caught:
        read_file(tmp_path / name, table="t")

    assert name in str(caught.value)


@pytest.mark.parametrize("name", WRITERS)
def test_it_is_read_where_more_is_allowed(name, tmp_path):
    WRITERS[name](tmp_path / name)

    assert len(read_file(tmp_path / name, table="t")) >= 1000


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv.zst", "a.parquet", "a.feather", "a.jsonl"])
def test_a_file_within_the_limit_is_read(name, tmp_path, limit):
    frame = pd.DataFrame({"n": range(1000), "text": ["some text"] * 1000})
    write_file(frame, tmp_path / name)

    pd.testing.assert_frame_equal(read_file(tmp_path / name, table="t"), frame)


def test_a_column_that_is_not_read_does_not_count(tmp_path, limit):
    pq.write_table(pa.table({"a": range(100), "b": ["x" * 20_000] * 100}), tmp_path / "a.parquet")

    assert len(read_file(tmp_path / "a.parquet", table="t", args={"columns": ["a"]})) == 100


def test_a_column_that_only_a_filter_reads_counts(tmp_path, limit):
    pq.write_table(pa.table({"a": range(100), "b": ["x" * 20_000] * 100}), tmp_path / "a.parquet")

    with pytest.raises(FileError, match=LIMIT):
        read_file(tmp_path / "a.parquet", table="t", args={"columns": ["a"], "filters": [("b", "=", "y")]})


def test_a_feather_file_of_categories_is_measured(tmp_path, limit):
    column = pa.array(["x" * 100] * 100).dictionary_encode()
    feather.write_feather(pa.table({"a": column}), tmp_path / "a.feather", compression="zstd")

    assert read_file(tmp_path / "a.feather", table="t")["a"].tolist() == ["x" * 100] * 100


def test_the_dictionary_of_a_feather_file_is_measured_before_it_is_read(tmp_path, limit):
    WRITERS["large.feather"](tmp_path / "a.feather")

    with pytest.raises(FileError, match=LIMIT):
        check_feather_size((tmp_path / "a.feather").read_bytes(), "file a")


@pytest.mark.parametrize("name", ["a.parquet", "a.feather"])
def test_a_damaged_file_is_still_an_error_of_ours(name, tmp_path, limit):
    write_file(pd.DataFrame({"n": range(100)}), tmp_path / name)
    content = (tmp_path / name).read_bytes()
    for cut in range(0, len(content), 37):
        (tmp_path / name).write_bytes(content[:cut] + b"\xff\xff\xff\xff" + content[cut + 4 :])
        try:
            read_file(tmp_path / name, table="t")
        except FileError:
            continue


@pytest.mark.parametrize("said", ["x", "-1", "0", "1e9", "9" * 30])
def test_a_limit_that_is_no_number_is_an_error(said, monkeypatch):
    monkeypatch.setenv(LIMIT, said)

    with pytest.raises(ConfigError, match=LIMIT):
        file_limit()


def test_half_of_the_memory_is_the_limit(monkeypatch):
    monkeypatch.delenv(LIMIT, raising=False)

    assert 1 << 27 < file_limit() < 1 << 50


BOMB = """
import resource, sys
import pyarrow as pa, pyarrow.parquet as pq
from dolt_integrations.core.files.file import read_file
from dolt_integrations.errors import FileError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_file(sys.argv[1], table="t")
except FileError:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss")
def test_little_memory_is_used_to_find_out(tmp_path, monkeypatch):
    one = pa.array(["x" * 1_000_000])
    rows = pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), one)})
    pq.write_table(rows, tmp_path / "a.parquet", store_schema=False)
    monkeypatch.setenv(LIMIT, str(1 << 30))

    done = subprocess.run(
        [sys.executable, "-c", BOMB, tmp_path / "a.parquet"], capture_output=True, text=True, check=True
    )

    assert int(done.stdout) < 300, "50 GB of texts in a file of some kilobytes took megabytes"


def test_a_feather_file_that_is_damaged_in_any_place_is_not_measured_wrongly():
    sink = pa.BufferOutputStream()
    feather.write_feather(pa.table({"a": [1, 2]}), sink, compression="zstd")
    whole = sink.getvalue().to_pybytes()
    found = {}

    for at in range(8, len(whole) - 4):
        try:
            check_feather_size(whole[:at] + b"\xff\xff\xff\x7f" + whole[at + 4 :], "the file")
        except (pa.ArrowInvalid, OSError, FileError) as error:
            found[str(error).partition(":")[0]] = at

    assert "a message in it is damaged" in found


def test_the_limit_is_half_of_a_containers_memory_wherever_the_kernel_tells_it(tmp_path, monkeypatch):
    (tmp_path / "v1").write_text(f"{1 << 20}\n")
    monkeypatch.setattr(limits, "_CGROUPS", (str(tmp_path / "v2"), str(tmp_path / "v1")))

    assert file_limit() == 1 << 19
