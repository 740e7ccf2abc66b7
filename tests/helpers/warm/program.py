"""A program as a command line names it, and how Python runs it."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import io
import marshal
import os
import runpy
import signal
import socket
import sys
import tempfile
import threading
import time
import types
from typing import NoReturn

import numpy as np


@dataclasses.dataclass(frozen=True)
class Program:
    """A program to run, and the files for its input, output and errors."""

    arguments: list[str]
    unbuffered: bool
    command: str
    folder: str
    environment: dict[str, str]
    files: tuple[int, ...]

    @classmethod
    def receive(cls, connection: socket.socket) -> Program:
        """Read what the command sends."""
        size, files, _, _ = socket.recv_fds(connection, 4, 3)
        with connection.makefile("rb") as stream:
            said = marshal.loads(stream.read(int.from_bytes(size, "big")))  # noqa: S302 - the tests' own command
        return cls(*said, tuple(files))

    def close(self) -> None:
        """Close the files, which are the child's."""
        for file in self.files:
            os.close(file)

    def run(self) -> NoReturn:
        """Run the program in this process, which then ends."""
        self._take_files()
        self._take_surroundings()
        status = 0
        try:
            self._run()
        except SystemExit as error:
            status = _status_of(error)
        except KeyboardInterrupt:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            status = -signal.SIGINT
        except BaseException:  # noqa: BLE001 - as Python ends
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            status = 1
        _end(status)

    def _run(self) -> None:
        kind, *arguments = self.arguments
        sys.argv = [kind, *arguments]
        if kind == "-m":
            sys.argv, sys.path[0] = arguments, os.getcwd()
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        elif kind == "-c":
            sys.argv, sys.path[0] = ["-c", *arguments[1:]], ""
            _run_main(arguments[0], "<string>")
        else:
            sys.path[0] = os.path.dirname(os.path.realpath(kind))
            _run_main(io.open_code(kind).read(), kind, __file__=kind)

    def _take_files(self) -> None:
        for number, file in enumerate(self.files):
            os.dup2(file, number)
        self.close()
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, io.TextIOWrapper)
            stream.reconfigure(write_through=self.unbuffered)

    def _take_surroundings(self) -> None:
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()
        tempfile.tempdir = None
        np.random.seed()  # the generator that programs use without seeding it
        sys.executable = self.command
        sys.path[1:1] = filter(None, self.environment.get("PYTHONPATH", "").split(os.pathsep))


def _status_of(error: SystemExit) -> int:
    """Return the exit status that Python makes of the argument of `sys.exit`."""
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xFF
    sys.stderr.write(f"{error.code}\n")
    return 1


def _end(status: int) -> NoReturn:
    """End as Python does, but without tearing down two thousand modules, which would take longer than most programs."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads, as Python's end does
    atexit._run_exitfuncs()  # there is no public way to run them
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _run_main(code: str | bytes, name: str, **names: str) -> None:
    main = types.ModuleType("__main__")
    main.__dict__.update(names, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    exec(compile(code, name, "exec"), main.__dict__)  # noqa: S102 - as Python does
