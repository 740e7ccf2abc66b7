"""`help()` on a package leads to its modules: those that a package's docstring lists exist."""

import ast
import re

import pytest

from tests.helpers.docs.pages import ROOT

PACKAGES = sorted(path.parent for path in (ROOT / "dolt_integrations").rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.relative_to(ROOT)))
def test_the_modules_that_a_docstring_lists_exist(package):
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    listed = re.findall(r"^- `(\w+)`:", docstring, re.MULTILINE)

    assert [name for name in listed if not ((package / name).is_dir() or (package / f"{name}.py").is_file())] == []


@pytest.mark.parametrize("package", ["", "core", "engine"])
def test_the_docstring_of_a_large_package_lists_all_its_packages(package):
    folder = ROOT / "dolt_integrations" / package
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""

    assert {path.parent.name for path in folder.glob("*/__init__.py")} <= set(re.findall(r"`(\w+)`:", docstring))
