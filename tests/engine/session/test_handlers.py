"""An exception that a signal handler raises while a statement runs reaches the program as it is."""

import signal

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.errors import ServerLostError


class Late(Exception):
    """What Metaflow's `@timeout` raises is such a class of its own."""


@pytest.fixture
def ring():
    """Let a handler raise an error soon, as in `ring(Late())`."""
    before = signal.getsignal(signal.SIGALRM)

    def in_time(error):
        def handler(_signal, _frame):
            raise error

        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)

    yield in_time
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "error", [Late("up"), TimeoutError("up"), ValueError("up")], ids=lambda each: type(each).__name__
)
def test_what_a_handler_raises_is_neither_a_lost_server_nor_a_broken_protocol(error, database, ring):
    with open_database(database) as opened, opened.connect() as connection:
        ring(error)
        with pytest.raises(type(error)) as caught:
            connection.value("SELECT SLEEP(30)")
        with pytest.raises(type(error)):
            connection.value("SELECT 1")

    assert caught.value is error


def test_a_lost_server_is_one_while_the_error_of_a_handler_is_being_handled(server, ring):
    with open_database(server.url) as opened, opened.connect() as waiting, opened.connect() as other:
        ring(TimeoutError("up"))
        try:
            waiting.value("SELECT SLEEP(30)")
        except TimeoutError:
            server.kill()
            with pytest.raises(ServerLostError):
                other.value("SELECT 1")
