"""Results that are abandoned when their session ends: nothing is sent to a server that is gone."""

import gc
from contextlib import suppress

from dolt_integrations.engine import Connection, parse_location
from tests.helpers.servers.hostile import OK, hostile, rows

MORE = b"\xfe\x00\x00\x0a\x00"
"""The end of rows behind which the server announces another result."""


def answer(command):
    return [*rows(b"\x011")[:-1], MORE] if b"SELECT" in command else OK


def test_a_stream_that_was_given_up_asks_a_closed_session_for_nothing():
    with hostile(answer) as server:
        address = parse_location(server.url)
        with suppress(KeyError), Connection(address) as connection, connection.stream("SELECT a") as cursor:
            assert list(cursor) == [("1",)]
            raise KeyError("what the reader's caller raises")

        del cursor
        gc.collect()  # pytest reports what a finalizer raises as an error
