"""What a server says about itself: an answer that is misread would choose a way that the server refuses."""

import pytest

from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.engine.session.server import takes_files
from tests.helpers.servers.hostile import OK, hostile, rows


def test_a_server_takes_files_where_it_is_set_so(loading_database):
    with Connection(parse_location(loading_database)) as connection:
        assert takes_files(connection)


def test_a_server_takes_no_files_by_default(database):
    with Connection(parse_location(database)) as connection:
        assert not takes_files(connection)


@pytest.mark.parametrize(("said", "takes"), [(b"\x02ON", True), (b"\x03OFF", False)])
def test_a_server_may_say_in_a_word_whether_it_takes_files(said, takes):
    with hostile(lambda command: rows(said) if b"SELECT" in command else OK) as server:
        with Connection(parse_location(server.url)) as connection:
            assert takes_files(connection) is takes
