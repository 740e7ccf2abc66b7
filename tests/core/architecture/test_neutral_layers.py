"""The layers below the adapters name no workflow manager; what they must recognise is in `conventions`."""

import ast
import re
from pathlib import Path

import pytest

import dolt_integrations

PACKAGE = Path(dolt_integrations.__file__).parent
WORDS = re.compile(r"flyte(?!kitplugins-dolt)|metaflow|kedro", re.IGNORECASE)


def words_of_code(path):
    """Return the names and strings in a module's code, without documentation."""
    tree = ast.parse(path.read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
        yield from (getattr(node, name, None) for name in ("id", "attr", "arg", "name", "module"))


@pytest.mark.parametrize("layer", ["engine", "core", "errors", "render"])
def test_no_code_of_a_layer_below_the_adapters_names_a_workflow_manager(layer):
    found = [
        f"{path.relative_to(PACKAGE)}: {word}"
        for path in sorted((PACKAGE / layer).rglob("*.py"))
        for word in words_of_code(path)
        if isinstance(word, str) and WORDS.search(word)
    ]

    assert found == []
