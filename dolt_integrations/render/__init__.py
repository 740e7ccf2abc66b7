"""Cards of tables and commits for notebooks and reports: HTML and SVG, drawn without a database."""

from dolt_integrations.render.card import Card
from dolt_integrations.render.commits import Commit, CommitGraph
from dolt_integrations.render.facts import Facts, Note, Problem
from dolt_integrations.render.grid import Cell, Grid, Heading
from dolt_integrations.render.network import Arrow, Box, Network

__all__ = [
    "Arrow",
    "Box",
    "Card",
    "Cell",
    "Commit",
    "CommitGraph",
    "Facts",
    "Grid",
    "Heading",
    "Network",
    "Note",
    "Problem",
]
