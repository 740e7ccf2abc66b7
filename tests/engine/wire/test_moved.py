"""Progress of rows that are sent as a file."""

import io

from dolt_integrations.engine.wire.moved import MovedFile, listening, moved


def sent(file, size):
    """Read a file to its end in parts, and return what was read and what was told meanwhile."""
    told, parts = [], []
    with listening(lambda rows, total: told.append((rows, total))):
        while part := file.read(size):
            parts.append(part)
    return b"".join(parts), told


def test_each_part_tells_of_the_rows_of_the_parts_before_it_and_the_end_of_all():
    assert sent(MovedFile(io.BytesIO(b"1\n22\n333\n4"), rows=5), 4) == (
        b"1\n22\n333\n4",
        [(0, 5), (2, 5), (4, 5), (5, 5)],
    )


def test_a_file_is_sent_from_its_beginning():
    file = io.BytesIO(b"1\n2\n")
    file.seek(2)

    assert sent(MovedFile(file, rows=2), 10)[0] == b"1\n2\n"


def test_an_empty_file_tells_nothing():
    assert sent(MovedFile(io.BytesIO(), rows=0), 10) == (b"", [])


def test_only_the_innermost_block_is_told_and_none_after_it():
    outer, inner = [], []
    with listening(lambda *said: outer.append(said)):
        with listening(lambda *said: inner.append(said)):
            moved(1, 3)
        moved(2, 3)
    moved(3, 3)

    assert (outer, inner) == ([(2, 3)], [(1, 3)])
