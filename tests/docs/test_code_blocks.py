"""What README and the pages below `docs/` show is run, page by page, and what they link to exists.

The Python blocks of a page run in order and in one namespace, which has `frame`, `orders` and `logger`. A comment above
a block says what else becomes of it:

    <!-- file: medians.py -->     it is written to that file; shell blocks run it
    <!-- in a Metaflow step -->   it is the body of a step, run in a flow
    <!-- not run: why -->         it cannot run here

The entries of a YAML block are those of a Kedro catalog, each of which is made; Python blocks find it as `catalog`.
"""

import logging
import subprocess
import sys
import textwrap
import types

import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog

from tests.conftest import run_sql
from tests.helpers.docs import shell
from tests.helpers.docs.pages import PAGES, ROOT, anchors_of, blocks_of, links_of
from tests.helpers.warm import python

ALL_PAGES = sorted(
    {
        *PAGES,
        *ROOT.glob("*.md"),
        *ROOT.glob("cookbook/**/*.md"),
        *ROOT.glob("benchmarks/*.md"),
        *ROOT.glob("docs/*/*.md"),
    }
)

LANGUAGES = {"python", "sh", "sql", "text", "yaml"}

FLOW = """
from metaflow import FlowSpec, step


class Shown(FlowSpec):
    @step
    def start(self):
{body}
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Shown()
"""


def names():
    """Return the names that the examples expect."""
    frame = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"], "count": [4, 2, 7]})
    orders = pd.DataFrame({"id": [1, 2], "item": ["tea", "milk"]})
    return {"frame": frame, "orders": orders, "logger": logging.getLogger("shop")}


def name_of(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_blocks_of_a_page_run(page, place, shared_server, monkeypatch):
    module = types.ModuleType(f"page_{page.stem.replace('-', '_')}")  # some pages are named after a framework
    # flytekit names a task after the file of its module.
    module.__dict__.update(names(), __file__=str(place.folder / f"{module.__name__}.py"))
    monkeypatch.setitem(sys.modules, module.__name__, module)

    for block in blocks_of(page):
        assert block.language in LANGUAGES, f"{block}: nothing checks {block.language!r}"
        if block.note.startswith("not run: "):
            continue
        if block.language == "python":
            run_python(block, place, module)
        elif block.language == "sh" and shell.runs_here(block, place.folder):
            shell.run(block, place.folder)
        elif block.language == "sh":
            shell.check(block)
        elif block.language == "yaml":
            module.catalog = catalog_of(place.adapted(block.text))
        elif block.language == "sql":
            run_sql(shared_server.url, *filter(str.strip, block.text.split(";")))


def run_python(block, place, module):
    """Run a block in this process, or in its own if it uses Metaflow, which reads its settings on import."""
    text = place.adapted(block.text)
    if block.note.startswith("file: "):
        (place.folder / block.note.removeprefix("file: ")).write_text(text)
    elif block.note == "in a Metaflow step":
        (place.folder / "shown.py").write_text(FLOW.format(body=textwrap.indent(text, " " * 8)))
        run_program(block, "shown.py", "run")
    elif "from metaflow import" in text:
        (place.folder / "program.py").write_text(text)
        run_program(block, "program.py")
    else:
        # Keep the page's line numbers, so that an error shows where it is.
        exec(compile("\n" * (block.line - 1) + text, str(block.page), "exec"), module.__dict__)  # noqa: S102 - our pages


def catalog_of(text):
    """Return a catalog whose datasets have all been created."""
    catalog = DataCatalog.from_config(yaml.safe_load(text), credentials={"dolt": {"user": "flyte", "password": "x"}})
    assert all(catalog.get(name) for name in list(catalog))
    return catalog


def run_program(block, *command):
    done = subprocess.run([python(), *command], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", ALL_PAGES, ids=name_of)
def test_the_links_of_a_page_lead_somewhere(page):
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}, which does not exist"
        assert not anchor or anchor in anchors_of(target), f"{name_of(page)} links to {link}: no such heading"


def test_every_page_is_in_the_index():
    index = set(links_of(ROOT / "docs" / "README.md"))

    assert {page.name for page in (ROOT / "docs").glob("*.md")} - index == {"README.md"}
