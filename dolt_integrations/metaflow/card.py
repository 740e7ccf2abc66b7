"""Tables in Metaflow's cards (`@card`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dolt_integrations.adapters import shown
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from metaflow.plugins.cards.card_modules.components import Markdown


class Shown(Protocol):
    """An object that has a card: a `Table`, a `Repository`, a `Lineage`."""

    def card(self) -> Any:
        """Return the card."""


def card_component(shown_: Shown | Any) -> Markdown:
    """Return a component for `current.card.append`, from a card or an object that has one.

    The content is looked up now, in seconds at most. What cannot be looked up becomes a line in the card and never
    fails a step.

    Args:
        shown_: A card (`DoltDT.card`, `table_card`, `diff_card` ...), or a `Table`, `Repository` or `Lineage`.

    Raises:
        ConfigError: It has another type.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> type(card_component(table_card(folder, "users"))).__name__
        'Markdown'
    """
    from metaflow import cards

    card = shown_.card() if callable(getattr(shown_, "card", None)) else shown_
    html = getattr(card, "html", None)
    if not callable(html):
        hint = "Pass a card, a Table, a Repository or a Lineage: card_component(dolt.card('users'))."
        raise ConfigError(f"{shown(shown_)} of type {type(shown_).__name__} has no card", hint=hint)
    # Markdown passes HTML through until the next empty line, and a card is one line.
    markdown: Any = cards.Markdown  # type: ignore[attr-defined]  # metaflow fills this module when it is imported
    component: Markdown = markdown(" ".join(str(html()).splitlines()))
    return component
