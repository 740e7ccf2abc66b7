"""Files and rows between a session and a server that breaks off in the middle."""

import io

import pytest

from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.engine.wire.session import CHUNK
from dolt_integrations.errors import PrimaryKeyError, QueryError, ServerError, ServerLostError
from tests.helpers.servers.hostile import END, OK, hostile, rows

LOAD = "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t"


def connect(server):
    session = Connection(parse_location(server.url), local_infile=True)
    session.note_triggers(False)  # otherwise it would ask for them first
    return session


def answering(answer):
    """A server that answers so to queries."""
    return hostile(lambda command: answer if b"SELECT" in command else OK)


def load(server, content, *, times=1):
    with connect(server) as session, session.sending("rows", content):
        for _ in range(times):
            session.execute(LOAD)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1])
def test_a_file_is_sent_whole_and_in_parts(size):
    with hostile(asked_for="rows") as server:
        load(server, io.BytesIO(b"x" * size))

        assert b"".join(server.files) == b"x" * size
        assert all(len(part) <= CHUNK for part in server.files)


@pytest.mark.parametrize("asked_for", ["row", "rows2", "/etc/passwd", ""])
def test_another_file_is_not_sent_and_the_session_ends(asked_for):
    with hostile(asked_for=asked_for) as server, connect(server) as session:
        with (
            pytest.raises(ServerError, match="which is not the file to load"),
            session.sending("rows", io.BytesIO(b"x")),
        ):
            session.execute(LOAD)

        assert server.files == []
        assert not session.is_open


def test_a_file_is_sent_once():
    with hostile(asked_for="rows") as server:
        with pytest.raises(ServerError, match="which is not the file to load"):
            load(server, io.BytesIO(b"x"), times=2)

        assert server.files == [b"x"]


def test_a_file_is_not_sent_after_its_block():
    with hostile(asked_for="rows") as server, connect(server) as session:
        with session.sending("rows", io.BytesIO(b"x")):
            pass
        with pytest.raises(ServerError, match="which is not the file to load"):
            session.execute(LOAD)

        assert server.files == []


def test_a_server_that_does_not_say_whether_it_has_loaded_a_file_is_an_error():
    with (
        hostile(lambda command: b"\x01" if b"LOAD" in command else OK, asked_for="rows") as server,
        pytest.raises(ServerError, match="does not say whether it loaded a file"),
    ):
        load(server, io.BytesIO(b"x"))


class Interrupted(io.BytesIO):
    """A file whose second part cannot be had."""

    def __init__(self, error):
        super().__init__(b"x" * 2 * CHUNK)
        self.error = error

    def read(self, size=-1):
        if self.tell():
            raise self.error
        return super().read(size)


@pytest.mark.parametrize(
    ("error", "kind"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(5, "Input/output error"), ServerLostError)]
)
def test_a_part_of_a_file_is_never_taken_for_all_of_it(error, kind):
    loaded = []

    def answer(command):
        loaded.append(command)  # also after a whole file
        return OK

    with hostile(answer, asked_for="rows") as server:
        with pytest.raises(kind):
            load(server, Interrupted(error))

    assert not any(b"LOAD" in command for command in loaded)


BROKEN = {
    "too short a row": [*rows(b"\x011", columns=2)[:-1], b"\x012", END],
    "a row cut off": [*rows(b"\x011")[:-1], b"\xfe\xff\xff\xff", END],
    "no number": [*rows(b"\x011", kind=8)[:-1], b"\x01x", END],
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_stream_with_a_broken_row_is_an_error_and_ends_the_session(answer):
    with answering(answer) as server, connect(server) as session:
        with pytest.raises(ServerError, match="breaks the MySQL protocol"), session.stream("SELECT a") as cursor:
            list(cursor)

        assert not session.is_open


def test_an_error_in_the_middle_of_a_stream_is_the_servers():
    with hostile(
        lambda command: [*rows(b"\x011")[:-1], b"\xff\x51\x04#HY000gone"] if b"SELECT" in command else OK
    ) as server:
        with pytest.raises(QueryError, match="gone"), connect(server) as session, session.stream("SELECT a") as cursor:
            list(cursor)


def test_a_stream_of_bytes_that_are_no_text_is_an_error_that_says_what_to_do_and_ends_the_session():
    answer = [*rows(b"\x011")[:-1], b"\x02\xff\xfe", b"\x012", END]
    with answering(answer) as server, connect(server) as session:
        with pytest.raises(QueryError, match=r"not UTF-8.*HEX\(column\)"), session.stream("SELECT a") as cursor:
            list(cursor)

        assert not session.is_open  # with the rows that were left


def test_warnings_are_asked_for_where_their_count_may_have_started_again():
    asked = []

    def answer(command):
        asked.append(command[1:])
        return rows(b"\x07Warning\x041062\x03two", columns=3) if b"SHOW WARNINGS" in command else OK

    with hostile(answer) as server, connect(server) as session:
        session.execute("INSERT INTO t VALUES (1)")
        session.raise_warnings(2**16 - 1)
        assert b"SHOW WARNINGS" not in asked

        with pytest.raises(PrimaryKeyError, match="two"):
            session.raise_warnings(2**16)


@pytest.mark.parametrize("statement", ["SELECT 1", "SHOW TABLES"])
def test_a_query_without_a_result_is_an_error(statement):
    with hostile() as server, connect(server) as session, pytest.raises(ServerError, match=r"no result.*a Dolt server"):
        session.execute(statement)


def test_ctrl_c_in_the_middle_of_an_answer_is_what_clean_up_code_gets_again():
    with answering(rows(b"\x011")) as server, connect(server) as session:
        with pytest.raises(KeyboardInterrupt), session.stream("SELECT a"):
            raise KeyboardInterrupt
        with pytest.raises(KeyboardInterrupt):
            session.execute("SET @a = 1")
        assert not session.is_open


def test_an_error_in_the_middle_of_an_answer_ends_the_session():
    with answering(rows(b"\x011")) as server, connect(server) as session:
        with pytest.raises(ZeroDivisionError), session.stream("SELECT a"):
            raise ZeroDivisionError
        with pytest.raises(ServerLostError):
            session.execute("SET @a = 1")


def test_a_session_of_which_it_is_not_known_whether_it_fires_triggers_is_not_taken_for_a_new_one():
    refused = b"\xff\x76\x04#42000you may not see triggers"
    with (
        hostile(lambda command: refused if b"TRIGGERS" in command else OK) as server,
        Connection(parse_location(server.url)) as session,
    ):
        session.execute("INSERT INTO t VALUES (1)")

        assert not session._session.is_plain
