"""What isolates a pod: its own host name, process ids and mounts, where the machine lets us (Linux)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

_NEW_MOUNTS, _NEW_HOST_NAME, _NEW_USER, _NEW_PROCESSES = 0x20000, 0x4000000, 0x10000000, 0x20000000  # <linux/sched.h>
_RECURSIVE, _PRIVATE = 0x4000, 0x40000  # <sys/mount.h>


def leave_namespaces() -> None:
    """Give this process, which has one thread, namespaces of its own; its next child has the process id 1.

    Raises:
        OSError: The machine does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", _NEW_USER | _NEW_MOUNTS | _NEW_HOST_NAME | _NEW_PROCESSES)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)


def hide(folders: Sequence[str], hostname: str) -> None:
    """Let nothing of some folders be seen, nor any process of the machine; for the child of `leave_namespaces`.

    Raises:
        OSError: The machine does not allow it.
    """
    _call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    for folder in folders:
        _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", 0, None)
    _call("mount", b"proc", b"/proc", b"proc", 0, None)
    _call("sethostname", hostname.encode(), len(hostname))


def are_allowed() -> bool:
    """Whether the machine allows it, which is tried in a child."""
    child = os.fork()
    if child == 0:
        os._exit(_try())
    return os.waitpid(child, 0)[1] == 0


def _try() -> int:
    try:
        leave_namespaces()
        inner = os.fork()
        if inner == 0:
            try:
                hide([], "pod")
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
    except (OSError, AttributeError):
        return 1


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
