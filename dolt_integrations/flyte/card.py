"""Cards of tables and configs, for Flyte Decks and notebooks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.errors import DoltError
from dolt_integrations.flyte.past import revision_for
from dolt_integrations.render import Card, Facts, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.flyte.config import DoltConfig
    from dolt_integrations.flyte.table import DoltTable
    from dolt_integrations.render.card import Part

logger = logging.getLogger(__name__)


def table_html(table: DoltTable) -> str:
    """Return the HTML card of a table: from the database if its rows are saved, otherwise the first rows in memory."""
    return _html(lambda: _card_of(table))


def config_html(config: DoltConfig) -> str:
    """Return the HTML card of a config, without its password."""
    return _html(lambda: Card("DoltConfig", (_facts(config, None),)))


def _html(make: Callable[[], Card]) -> str:
    """Return a card's HTML. An error becomes a line in it, because a card must not fail a task."""
    try:
        return make().html()
    except DoltError as error:
        return Card("Dolt", (Problem(str(error)),)).html()
    except Exception as error:
        logger.warning("a card cannot be made", exc_info=True)
        return Card("Dolt", (Problem(f"No card: {type(error).__name__}"),)).html()


def _card_of(table: DoltTable) -> Card:
    from dolt_integrations.adapters import frame_part
    from dolt_integrations.core import table_card

    config = table.config
    if table.is_saved and config.tablename is not None and config.sql is None:
        as_of = table.commit or revision_for(config)
        branch = config.branch_conf
        return table_card(config.db_path, config.tablename, branch_conf=branch, as_of=as_of, selection=config.part)
    name = config.tablename or "query"
    parts: list[Part] = [_facts(config, table.commit)]
    if table.problem is not None:
        parts.append(Problem(f"Not saved: {table.problem}"))
    if table.has_rows:
        title = "Rows in memory" if table.is_saved else "Rows in memory, not saved"
        parts.append(frame_part(table.frame, title))
    return Card(f"{name} of {config.shown_path}", tuple(parts))


def _facts(config: DoltConfig, commit: str | None) -> Facts:
    options = tuple(f"{name}: {value}" for name, value in (config.io_args or {}).items())
    place = (("database", config.shown_path), ("table", config.tablename), ("query", config.sql))
    branch = repr(config.branch_conf) if config.branch_conf is not None else None
    return Facts((*place, ("branch", branch), ("as of", config.as_of), ("commit", commit), ("options", options)))
