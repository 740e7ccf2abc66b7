"""Runs instead of `python`: passes arguments, environment, folder and files to the server, and ends with its exit code.

It is started for every program, so it imports nothing that has to be read from a file.
"""

import _signal
import _socket
import marshal
import os
import sys

FILES = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
KNOWN = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")


def main(command, address, python, script):
    """Run the program that the arguments name. For other arguments, run Python itself."""
    arguments = [*script, *sys.argv[1:]]
    unbuffered = arguments[:1] == ["-u"]
    program = arguments[unbuffered:]
    if not _is_program(program):
        os.execv(python, [python, *arguments])  # noqa: S606 - it has no shell
    request = marshal.dumps((program, unbuffered, command, os.getcwd(), dict(os.environ)))
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(address)
    for number in (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP):
        _signal.signal(number, lambda number, _: connection.send(bytes([number])))
    connection.sendmsg([len(request).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, FILES)])
    connection.sendall(request)
    _end(int.from_bytes(connection.recv(4), "big", signed=True))


def _is_program(arguments):
    others = [name for name in os.environ if name.startswith("PYTHON") and name not in KNOWN]
    return arguments and not others and (arguments[0] in ("-c", "-m") or not arguments[0].startswith("-"))


def _end(status):
    if status < 0:
        _signal.signal(-status, _signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
