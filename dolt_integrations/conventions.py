"""What histories have come to rely on: words of workflow managers that neither the core nor the engine may choose."""

DEFAULT_AUTHOR = ("flyte", "flyte@localhost")
"""Name and email address in commits of whom nobody is named; upstream's plugin for Flyte began with it."""
