"""What commits say that their tasks had read, and the tables that a query names."""

from __future__ import annotations

import pytest

from dolt_integrations.conventions import QUOTED_INPUTS
from dolt_integrations.core.provenance.inputs import inputs_of, tables_in

COMMIT = "0123456789abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select 1 /* from\norders */ from users", ["users"]),
        ("select 1 from users -- and orders\nwhere id > 1", ["users"]),
        ("select 1 from users -- and\n, orders", ["orders", "users"]),
        ("select 'it\\'s orders' from users", ["users"]),
        ("select 'a', orders.id from `users` as u, ORDERS", ["orders", "users"]),
        ("select my_orders from users2", []),
    ],
)
def test_a_query_names_the_tables_that_are_neither_in_strings_nor_in_comments(query: str, named: list[str]) -> None:
    assert tables_in(query, ["orders", "users"]) == named


@pytest.mark.parametrize(
    ("value", "commits"),
    [
        (f"lakeFS main {COMMIT} users /data/shop now", []),
        (f"x {COMMIT} a+table /data/shop now", [COMMIT]),
        ("x main users /data/shop now", []),
        (f"x {COMMIT} users /data/shop", []),
    ],
)
def test_a_quoted_input_names_a_commit_in_its_second_word(value: str, commits: list[str]) -> None:
    assert [each.commit for each in inputs_of(f"Add\n\n{QUOTED_INPUTS}: {value}")] == commits
