"""Importing a package's names on first use (PEP 562), so that importing the package is cheap."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_names(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__`.

    After its first use, a name is an attribute of the package, so it is looked up only once.

    Args:
        package: The package's name.
        modules: For each module, its names separated by spaces. Modules of the package are named relative to it
            (`.module`).

    Example:
        >>> getattr_, dir_ = lazy_names("dolt_integrations", {".redaction": "redact"})
        >>> getattr_("redact")("mysql://me:secret@db.local/shop")
        'mysql://me:...@db.local/shop'
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home[name], package), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home})

    return get, names
