"""Workflows in folders of their own, which pods get as their code."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load_program(file: Path, folder: Path, patch: pytest.MonkeyPatch) -> ModuleType:
    """Copy a program to a new folder, and import it from there under its own name."""
    folder.mkdir()
    copied = shutil.copy(file, folder)
    spec = importlib.util.spec_from_file_location(file.stem, copied)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, file.stem, module)
    spec.loader.exec_module(module)
    return module
