import ast
import importlib
import importlib.resources
import inspect
import types

import pytest

PACKAGES = [
    "dolt_integrations.adapters",
    "dolt_integrations.engine",
    "dolt_integrations.core",
    "flytekitplugins.dolt",
    "dolt_integrations.kedro",
    "dolt_integrations.metaflow",
]
LAZY = ["dolt_integrations.adapters", "dolt_integrations.engine", "dolt_integrations.core"]
NOT_OURS = ("annotations", "TYPE_CHECKING", "lazy_names")


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_all_that_the_package_imports(package):
    module = importlib.import_module(package)
    own = {
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), types.ModuleType) and name not in NOT_OURS
    }

    assert set(module.__all__) == own


@pytest.mark.parametrize("package", LAZY)
def test_names_come_from_the_modules_that_type_checkers_see(package):
    module = importlib.import_module(package)
    tree = ast.parse(inspect.getsource(module))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [(node.module, alias.name) for block in blocks for node in block.body for alias in node.names]

    assert sorted(name for _, name in imports) == sorted(module.__all__)
    assert all(getattr(importlib.import_module(home), name) is getattr(module, name) for home, name in imports)


@pytest.mark.parametrize("package", LAZY)
def test_a_name_that_a_package_does_not_have_is_an_attribute_error(package):
    module = importlib.import_module(package)

    with pytest.raises(AttributeError, match=rf"module '{package}' has no attribute 'no_such_name'"):
        _ = module.no_such_name


def test_the_public_errors_are_all_errors():
    module = importlib.import_module("dolt_integrations.errors")
    errors = {name for name, value in vars(module).items() if inspect.isclass(value) and issubclass(value, Exception)}

    assert set(module.__all__) == errors


@pytest.mark.parametrize("package", ["dolt_integrations", "flytekitplugins.dolt"])
def test_packages_say_that_they_are_typed(package):
    files = importlib.resources.files(package)

    assert (files / "py.typed").is_file()
