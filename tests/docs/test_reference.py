"""The tables of the pages name what the code has."""

import dataclasses
import re

import pytest

import flytekitplugins.dolt
from dolt_integrations import core, metaflow
from tests.helpers.docs.pages import ROOT

DOCS = ROOT / "docs"


def named_in(page, heading):
    """Return the names in the first cells of the first table below a heading."""
    section = (DOCS / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(
    ("config", "page", "heading"),
    [
        (flytekitplugins.dolt.DoltConfig, "configuration.md", "Fields"),
        (metaflow.DoltConfig, "metaflow.md", "`DoltConfig`"),
    ],
    ids=["flyte", "metaflow"],
)
def test_every_field_of_a_config_has_a_row(config, page, heading):
    assert named_in(page, heading) == {field.name for field in dataclasses.fields(config)}


def test_every_environment_variable_of_ours_has_a_row():
    packages = [ROOT / "dolt_integrations", ROOT / "flytekitplugins"]
    sources = [file.read_text() for package in packages for file in package.rglob("*.py")]
    variables = {name for source in sources for name in re.findall(r"\bDOLT_INTEGRATIONS_[A-Z_]+\b", source)}

    assert variables <= named_in("configuration.md", "Environment variables")


@pytest.mark.parametrize("name", sorted(name for name in core.__all__ if name[0].islower() and "_from_" not in name))
def test_every_function_of_the_core_is_on_a_page(name):
    assert any(re.search(rf"\b{name}\b", page.read_text()) for page in DOCS.glob("*.md"))
