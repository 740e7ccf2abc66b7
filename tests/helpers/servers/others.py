"""A second user of the machine, where the tests run as root."""

import os
import pickle

import pytest

OTHER = 4711
"""The id of a user that owns nothing."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user for a while")


def give_away(*paths):
    """Make the other user the owner of files."""
    for path in paths:
        os.chown(path, OTHER, OTHER)


def as_other(action):
    """Run a function as the other user, in its own process. Returns what it returns, and raises what it raises."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        result = None
        try:
            os.setgroups([])
            os.setgid(OTHER)
            os.setuid(OTHER)
            result = (True, action())
        except BaseException as error:  # noqa: BLE001 - it is raised again over there
            result = (False, error)
        finally:
            os.write(writing, pickle.dumps(result))
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        succeeded, found = pickle.loads(pipe.read())  # noqa: S301 - of our own child
    os.waitpid(child, 0)
    if not succeeded:
        raise found
    return found
