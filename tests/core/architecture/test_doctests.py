"""The examples in the docstrings, run as they stand."""

import doctest
import importlib
import os
import pkgutil
import re

import pandas as pd
import pyarrow as pa
import pytest

import dolt_integrations
import flytekitplugins.dolt
from dolt_integrations import core, engine, errors, retried_errors
from dolt_integrations.core.provenance import reads
from dolt_integrations.core.rows import cache_places
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database

MODULES = sorted(
    name
    for package in (dolt_integrations, flytekitplugins.dolt)
    for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
)


def examples():
    """Return every docstring with an example, by its name."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {}
    for name in MODULES:
        module = importlib.import_module(name)
        found |= {test.name: test for test in finder.find(module, name, module=module) if test.examples}
    return found


EXAMPLES = examples()


DIRECTORIES = re.compile(r"folder \+|\{folder\}|\.gc\(")
"""In an example that makes another path of its folder's, or collects garbage, which would end others' sessions."""


@pytest.fixture
def folder(name, request):
    """The database of an example: one of the shared server, unless the example is about a directory."""
    source = "".join(example.source for example in EXAMPLES[name].examples)
    if "folder" not in source:
        yield None
    elif not DIRECTORIES.search(source):
        yield request.getfixturevalue("database")
    else:
        path = str(request.getfixturevalue("tmp_path") / "database")
        with open_database(path, create=DEFAULT_AUTHOR):
            yield path


@pytest.fixture
def adapters(monkeypatch):
    """Forget what the examples for authors of adapters register."""
    monkeypatch.setattr(reads, "_SCOPES", [])
    monkeypatch.setattr(retried_errors, "_MIXINS", [])
    monkeypatch.setattr(retried_errors, "_MADE", {})
    monkeypatch.setattr(cache_places, "_OFFERED", {})
    monkeypatch.setenv(cache_places.LOCATION, os.environ.get(cache_places.LOCATION, ""))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_gives_what_it_shows(name, adapters, folder):
    test = EXAMPLES[name]
    names = {
        label: getattr(package, label)
        for package in (errors, engine, core, flytekitplugins.dolt)
        for label in package.__all__
    }
    test.globs = {**names, "pd": pd, "pa": pa, "folder": folder, **test.globs}

    report = []
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=report.append)

    assert results.failed == 0, "".join(report)


def test_there_are_examples():
    assert len(EXAMPLES) > 10
