"""The side of the tests in `kubelet`: starts pods there, and waits for them."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.frameworks.conftest import ROOT, environment


class Kubernetes:
    """Pods on this machine.

    Attributes:
        isolated: Whether they have their own namespaces, in which the folder of the tests is invisible.
    """

    def __init__(self, folder: Path, hidden: Path) -> None:
        """Start the process that pods are forked from.

        Args:
            folder: For the logs of pods.
            hidden: A folder that no pod can see, because each has its own disk there.
        """
        self._folder, self._hidden = folder, hidden
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        self._running: dict[int, Future[int]] = {}
        self._kubelet = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.frameworks.kubelet"],
            env={**environment(folder), "OPENBLAS_NUM_THREADS": "1"},
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.isolated = bool(self._answer()["isolated"])
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """End the process."""
        assert self._kubelet.stdin is not None
        assert self._kubelet.stdout is not None
        self._kubelet.stdin.close()
        self._kubelet.wait()
        self._kubelet.stdout.close()

    def run(
        self, arguments: Sequence[str], variables: Mapping[str, str], files: Mapping[str, str], kill: int | str | None
    ) -> tuple[int, str]:
        """Run a container to its end. Returns its exit code, which is negative for a signal, and its output.

        Args:
            arguments: Its command.
            variables: Its environment; `{root}` in a value is the root of its disk.
            files: What is mounted, by path below that root.
            kill: At which statement to the server it gets SIGKILL, or `"outputs"`: before it uploads them.
        """
        number = next(self._numbers)
        root = self._hidden / f"pod{number}"
        ended: Future[int] = Future()
        self._running[number] = ended
        log = self._folder / f"pod{number}.log"
        job = {
            "id": number, "arguments": list(arguments), "root": str(root), "files": dict(files), "kill": kill,
            "hidden": [str(self._hidden)] if self.isolated else [], "hostname": "pod", "log": str(log),
            "environment": _outside() | {name: value.format(root=root) for name, value in variables.items()},
        }  # fmt: skip
        with self._lock:
            assert self._kubelet.stdin is not None
            self._kubelet.stdin.write(json.dumps(job) + "\n")
            self._kubelet.stdin.flush()
        return ended.result(timeout=600), log.read_text()

    def _answer(self) -> dict[str, Any]:
        assert self._kubelet.stdout is not None
        line = self._kubelet.stdout.readline()
        return dict(json.loads(line)) if line else {}

    def _listen(self) -> None:
        while answer := self._answer():
            self._running.pop(answer["id"]).set_result(answer["status"])


def _outside() -> dict[str, str]:
    """Return the image's environment, and the store's."""
    return {name: os.environ[name] for name in os.environ if name in ("PATH", "LANG") or name.startswith("AWS_")}
