from __future__ import annotations

from collections.abc import Callable

from tests.frameworks.conftest import Recipe


def test_a_bad_run_is_found_reverted_run_again_and_promoted(copy_recipe: Callable[[str], Recipe]) -> None:
    recipe = copy_recipe("day_two_example.py")

    printed = recipe.python()

    blocks = [block.splitlines() for block in printed.split("\n", 1)[1].strip().split("\n\n")]
    shown = {title: [" ".join(row.split()) for row in rows] for title, _header, *rows in blocks}
    assert shown == {
        "Totals": ["1 30.0", "2 3000.0", "3 30.0"],
        "Runs": ["orders, totals 2"] * 3,
        "What the bad run changed": ["orders modified 2 0 0", "totals modified 1 0 0"],
        "Totals after the revert": ["1 30.0", "3 30.0"],
        "Totals after the promotion": ["1 30.0", "2 30.0", "3 30.0"],
        "Branches": ["main"],
    }
    messages = [message.splitlines()[0] for message in recipe.repository.messages()]
    assert "Undo the import of day 2, which was in cents" in messages
    assert "nothing to commit, working tree clean" in recipe.repository.dolt("status")
