"""The cost of imports in CPU seconds: the core, and flytekit with and without this plugin.

Each import runs in a process of its own; the least of several counts, which other work on the machine disturbs least.
"""

from __future__ import annotations

import resource
import subprocess
import sys

ROUNDS = 9

NOTHING = "pass"
CORE = "import dolt_integrations.core"
USED = "from dolt_integrations.core import read_table"
WITH = "import flytekit"
WITHOUT = """
import sys, types
sys.modules["flytekitplugins.dolt"] = types.ModuleType("flytekitplugins.dolt")  # what the entry point loads
import flytekit
assert "dolt_integrations" not in sys.modules
"""


def main() -> None:
    """Print the seconds, and what the plugin adds."""
    seconds = least(NOTHING, CORE, USED, WITHOUT, WITH)
    python, core, used, without, with_plugin = (seconds[each] for each in (NOTHING, CORE, USED, WITHOUT, WITH))
    print(f"imports, CPU seconds, least of {ROUNDS} processes each; Python itself takes {python:.2f} s")
    print(f"  import dolt_integrations.core     {core - python:6.3f} s   (at most 0.15 s)")
    print(f"  the same, and read_table is used  {used - python:6.3f} s")
    print(f"  import flytekit, plugin not found {without - python:6.3f} s   1.00 x")
    print(f"  import flytekit, plugin found     {with_plugin - python:6.3f} s   {with_plugin / without:.2f} x")
    print(f"  the plugin adds                   {with_plugin - without:6.3f} s   (at most 0.1 s)")


def least(*programs: str) -> dict[str, float]:
    """Return the minimum CPU seconds of each program, run alternately."""
    seconds = {program: float("inf") for program in programs}
    for _ in range(ROUNDS):
        for program in programs:
            seconds[program] = min(seconds[program], _seconds(program))
    return seconds


def _seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
