"""Names of a package that are imported when they are used first (PEP 562), so that the package's import is cheap."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_names(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__`.

    A name that was used is an attribute of the package from then on, so it is looked up once.

    Args:
        package: The package's name.
        modules: The names that come from each module, with blanks between them; a module of the package itself is
            named relative to it (`.module`).

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
