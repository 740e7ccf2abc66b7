"""Errors before a database is reached: configs, programs that are missing, processes, files."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class ConfigError(DoltError, ValueError):
    """A config contradicts itself, or asks for what does not exist."""


class LiteralError(DoltError, ValueError):
    """A Flyte literal that does not hold a `DoltTable`."""


class NotADoltTableError(DoltError, AssertionError):
    """A Python value that should be a `DoltTable` and is not."""


class DoltNotInstalledError(DoltError):
    """A database is a directory, and there is no `dolt` program to serve it."""


class ForkedProcessError(DoltError):
    """A save or load in a child of a process that has saved or loaded, or a write in a child of a task's process."""


class FrameworkNotInstalledError(DoltError, ImportError):
    """A face is imported, and the workflow manager that it is for is not installed."""


class StorageError(DoltError):
    """A file cannot be written: the disk is full, or the place is not ours to write to."""


class UnsafeDirectoryError(StorageError):
    """A database's directory belongs to another user, or others may write to it, so that it may do anything."""
