"""Errors before a database is reached: wrong configs, missing programs, forked processes, files."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class ConfigError(DoltError, ValueError):
    """An argument or a config has the wrong type or an unknown value, or contradicts itself."""


class LiteralError(DoltError, ValueError):
    """A literal, which is what a workflow manager passes between tasks, does not hold a `DoltTable`."""


class NotADoltTableError(DoltError, AssertionError):
    """A Python value should be a `DoltTable` and is not."""


class DoltNotInstalledError(DoltError):
    """A database is a directory, and there is no `dolt` program to serve it, or one that is too old."""


class ForkedProcessError(DoltError):
    """A fork of a process that has saved or loaded tries to do so too, or a fork of a task's process writes."""


class FrameworkNotInstalledError(DoltError, ImportError):
    """An adapter is imported, and its workflow manager is not installed, or is too old."""


class StorageError(DoltError):
    """A file cannot be written: the disk is full, or permission is denied."""


class UnsafeDirectoryError(StorageError):
    """A database's directory belongs to another user, or others may write to it, so its contents cannot be trusted."""
