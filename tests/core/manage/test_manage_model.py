"""Reverts against a model: a three-way merge of rows that were drawn, with and without a key, that disputes nothing.

`REVERT_CASES` says how many (`make soak`).
"""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.errors import MergeConflictError

CASES = int(os.environ.get("REVERT_CASES", "6"))

Keyed = dict[int, tuple[int, int]]
State = tuple[Keyed, Counter[str]]


def merged(base: Keyed, ours: Keyed, theirs: Keyed) -> Keyed | None:
    """Merge row by row, and within a row value by value. None if both sides changed the same value."""
    found: Keyed = {}
    for key in {*base, *ours, *theirs}:
        was, our, their = base.get(key), ours.get(key), theirs.get(key)
        if was is not None and our is not None and their is not None:
            cells = [_cell(*values) for values in zip(was, our, their, strict=True)]
            if None in cells:
                return None
            found[key] = (cells[0] or 0, cells[1] or 0)
        elif our == was or our == their or their == was:
            row = their if our == was else our
            if row is not None:
                found[key] = row
        else:
            return None
    return found


def _cell(was: int, our: int, their: int) -> int | None:
    if our == was:
        return their
    return our if their in (was, our) else None


def subtracted(before: Counter[str], after: Counter[str], now: Counter[str]) -> Counter[str] | None:
    """Remove from a multiset what was added, and add back what was removed. None if some of it is missing."""
    if now == after:
        return before
    added = after - before
    return None if added - now else (now - added) + (before - after)


def is_disputed(now: Keyed, then: Keyed, later: list[Keyed]) -> bool:
    """Whether a revert changes what a later run changed, even if others changed it back since."""
    return any(
        _clash(one, other)
        for key in {*now, *then}
        for one in [(now.get(key), then.get(key))]
        for other in ((was.get(key), is_.get(key)) for was, is_ in itertools.pairwise(later))
    )


def _clash(*changes: tuple[tuple[int, int] | None, tuple[int, int] | None]) -> bool:
    if any(was == is_ for was, is_ in changes):
        return False
    cells = [[None if None in (was, is_) else was[at] == is_[at] for at in (0, 1)] for was, is_ in changes]
    return any(not any(pair) for pair in zip(*cells, strict=True))


def is_ambiguous(now: Counter[str], then: Counter[str], later: list[Counter[str]]) -> bool:
    """Whether a revert changes the number of a row of which later runs both added and removed some."""
    steps = [(was, is_) for was, is_ in itertools.pairwise(later)]
    return any(
        now[row] != then[row]
        and any(was[row] < is_[row] for was, is_ in steps)
        and any(was[row] > is_[row] for was, is_ in steps)
        for row in {*now, *then}
    )


class Shop:
    """A database, and the expected contents of its tables."""

    def __init__(self, url: str, case: int) -> None:
        self.random, self.case = random.Random(case), case  # noqa: S311 - draws examples
        self.repository = Repository(url)
        self.states: list[State] = [({}, Counter())]

    def run(self, number: int) -> None:
        """Let a run write to both tables."""
        draw, name = self.random, f"Run: {self.case}/{number}/s/1"
        keyed, texts = self.states[-1]
        rows = {draw.randint(1, 5): (draw.randint(0, 2), draw.randint(0, 2)) for _ in range(draw.randint(1, 3))}
        frame = pd.DataFrame([(key, *values) for key, values in rows.items()], columns=["id", "a", "b"])
        replaces, starts = draw.random() < 0.25 or not keyed, draw.random() < 0.25 or not texts
        more = [draw.choice("xyz") for _ in range(draw.randint(1, 3))]
        self.table("keyed").write(frame, key="id", mode="replace" if replaces else "upsert", message=name)
        self.table("texts").write(pd.DataFrame({"text": more}), mode="replace" if starts else "append", message=name)
        self.states.append((({} if replaces else keyed) | rows, (Counter() if starts else texts) + Counter(more)))

    def table(self, name: str):
        return self.repository.table(f"{name}_{self.case}")

    def rows(self) -> State:
        """Return the rows of the tables. A missing table has none."""
        there = self.repository.tables()
        keyed = self.table("keyed").read().to_numpy().tolist() if f"keyed_{self.case}" in there else []
        texts = self.table("texts").read()["text"] if f"texts_{self.case}" in there else []
        return {key: (a, b) for key, a, b in keyed}, Counter(texts)


@pytest.mark.parametrize("case", range(CASES))
def test_a_revert_is_a_merge_of_what_was_before_or_changes_nothing(database: str, case: int) -> None:
    shop = Shop(database, case)
    runs = shop.random.randint(2, 5)
    for number in range(runs):
        shop.run(number)
    which = shop.random.randrange(runs)
    (keyed_before, texts_before), (keyed_after, texts_after) = shop.states[which : which + 2]
    keyed, texts = shop.states[-1]
    assert shop.rows() == (keyed, texts)

    wanted = (merged(keyed_after, keyed, keyed_before), subtracted(texts_before, texts_after, texts))
    later = shop.states[which + 1 :]
    refused = (
        None in wanted
        or is_disputed(keyed, wanted[0], [state[0] for state in later])
        or is_ambiguous(texts, wanted[1], [state[1] for state in later])
    )

    if refused:
        with pytest.raises(MergeConflictError):
            shop.repository.revert(f"{case}/{which}")
        wanted = (keyed, texts)
    else:
        shop.repository.revert(f"{case}/{which}")
    assert shop.rows() == wanted
