"""Forks a process for each program. It ends with its input, that is with the process that has started it."""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys

from libraries import import_libraries
from program import Program


class Server:
    """Listens for programs, and waits for them to end."""

    def __init__(self, address: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(100)
        self._running: dict[int, tuple[int, socket.socket]] = {}
        self._selector.register(self._listener, selectors.EVENT_READ, self._start)
        self._selector.register(0, selectors.EVENT_READ, None)

    def serve(self) -> Program | None:
        """Return the program in the process that is to run it, or None in the server when it has to end."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._kill_all()
                    return None
                program = key.data(key.fd)
                if program is not None:
                    return program

    def _start(self, _: int) -> Program | None:
        connection, _ = self._listener.accept()
        program = Program.receive(connection)
        child = os.fork()
        if not child:
            self._leave(connection)
            return program
        program.close()
        ended = os.pidfd_open(child)
        self._running[ended] = child, connection
        self._selector.register(ended, selectors.EVENT_READ, self._end)
        self._selector.register(connection, selectors.EVENT_READ, lambda _: self._forward(connection, child))
        return None

    def _leave(self, connection: socket.socket) -> None:
        """Close the server's files in the child, which would keep its connections open."""
        self._selector.close()
        self._listener.close()
        connection.close()
        for ended, (_, other) in self._running.items():
            os.close(ended)
            other.close()

    def _forward(self, connection: socket.socket, child: int) -> None:
        """Forward the signal that the program's command has received. A command that was killed sends none."""
        sent = connection.recv(1)
        os.kill(child, sent[0] if sent else signal.SIGKILL)
        if not sent:
            self._selector.unregister(connection)

    def _end(self, ended: int) -> None:
        child, connection = self._running.pop(ended)
        _, status = os.waitpid(child, 0)
        self._selector.unregister(ended)
        os.close(ended)
        with contextlib.suppress(KeyError):
            self._selector.unregister(connection)
        with connection, contextlib.suppress(OSError):
            connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))

    def _kill_all(self) -> None:
        for child, _ in self._running.values():
            os.kill(child, signal.SIGKILL)


import_libraries()
gc.collect()
gc.freeze()
server = Server(sys.argv[1])
os.write(1, b"ready\n")
program = server.serve()
if program is not None:
    del server
    program.run()
