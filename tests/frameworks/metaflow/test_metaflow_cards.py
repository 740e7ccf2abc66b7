"""Tables in Metaflow's cards: a flow that runs, and its card as `card get` gives it and as a browser shows it."""

from __future__ import annotations

import base64
import json
import re

import pytest

from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow import DoltConfig, card_component
from tests.conftest import Repository
from tests.helpers.frameworks.flows import FLOWS, Workplace
from tests.helpers.servers.browser import chromium, dom


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A folder in which the flow has run, with its card in `card.html`."""
    found = Workplace(tmp_path_factory.mktemp("cards"))
    with found.at_home():
        path = found.run(FLOWS / "card_flow.py")
    found.python(FLOWS / "card_flow.py", "card", "get", f"{path}/start", "card.html")
    return found


def contents(page: str) -> list[str]:
    """Return what the components of a card hold."""
    data = re.search(r'__MF_DATA__\["[^"]+"\] = "([^"]+)"', page)
    assert data is not None
    (section,) = json.loads(base64.b64decode(data[1]))["components"][0]["contents"]
    return [component["source"] for component in section["contents"]]


def test_a_card_of_a_step_shows_tables_and_what_cannot_be_looked_at(place: Workplace) -> None:
    users, database, away = contents((place.folder / "card.html").read_text(encoding="utf-8"))

    assert "Users of May" in Repository(place.folder / "shop").messages()[0].splitlines()
    assert "CardFlow/" in users
    assert "&lt;script&gt;" in users
    assert "<h4>Tables (1)</h4>" in database
    assert "Check that the server is up" in away


def test_a_browser_shows_the_card(place: Workplace) -> None:
    chromium()
    shown = dom((place.folder / "card.html").read_text(encoding="utf-8"), place.folder)

    assert shown.count('class="dolt-card"') == 3
    assert shown.count("<svg") >= 2


def test_what_has_no_card_and_a_message_of_two_lines_are_refused() -> None:
    with pytest.raises(ConfigError, match="has no card"):
        card_component("users")
    with pytest.raises(ConfigError, match="message of a DoltConfig"):
        DoltConfig("shop", message="a\nb")
