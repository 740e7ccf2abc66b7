"""Defaults inherited from upstream that existing histories rely on, kept out of the framework-neutral layers."""

DEFAULT_AUTHOR = ("flyte", "flyte@localhost")
"""Name and email address of commits without a given author, as in upstream's plugin for Flyte."""
