"""An interpreter that has imported other people's libraries before it is asked to run a program.

A program of a few lines that saves a frame takes a second or two of imports: pandas, polars, pyarrow, what Flyte's SDKs
need. `python()` is a command that takes Python's own arguments and runs a program as Python does, in a process of its
own with its own environment, folder and files, but forked from a server that has those libraries. Frameworks and this
project are imported by each program itself: what they read from the environment, register and keep is its own.

What a new interpreter is the subject of (what is imported when; how a framework's own command starts) is run by
`sys.executable`.
"""

from tests.helpers.warm.command import SHARED, python, scripts

__all__ = ["SHARED", "python", "scripts"]
