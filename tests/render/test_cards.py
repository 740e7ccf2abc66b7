"""What cards are made of, without a database."""

import re
from html.parser import HTMLParser

import pytest

from dolt_integrations.render import Arrow, Box, Card, Cell, Commit, CommitGraph, Facts, Grid, Heading, Network, Problem
from dolt_integrations.render.commits import lanes_of
from dolt_integrations.render.texts import width_of

HACK = '"><script>alert(1)</script><svg onload=alert(1)>'


class Elements(HTMLParser):
    """The elements and the attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_every_text_of_a_card_is_escaped() -> None:
    parts = (
        Facts(((HACK, HACK), (HACK, (HACK, HACK)))),
        Problem(HACK),
        Grid(HACK, (Heading(HACK, HACK, True),), ((Cell(HACK, HACK, True),),), (HACK,), HACK),
        CommitGraph(HACK, (Commit(HACK, (HACK,), HACK, HACK, (HACK,)),)),
        Network(HACK, (Box(HACK, HACK, HACK, HACK, HACK),), (Arrow(HACK, HACK),)),
    )

    page = Elements(Card(HACK, parts).page())

    assert "script" not in page.found
    assert not [name for name in page.attributes if name.startswith("on")]
    assert Card(HACK, parts).page().count("<svg") == 2  # its own


@pytest.mark.parametrize("hidden", ["\x00", "\u202e", "\u200b", "\ud800", "\ufeff"])
def test_characters_that_do_not_show_are_shown_as_their_code(hidden: str) -> None:
    page = Card(f"a{hidden}b", ()).html()

    assert hidden not in page
    assert "a\\" in page
    page.encode()


def test_a_card_is_bounded_whatever_it_is_of() -> None:
    wide = tuple(Heading(f"column {at}" * 100) for at in range(1500))
    rows = tuple(tuple(Cell("x" * 10_000) for _ in range(1500)) for _ in range(200))
    parts = (Grid("Rows", wide, rows), *(Facts((("f", tuple("y" * 9_999 for _ in range(999))),)) for _ in range(99)))

    assert len(Card("t" * 10_000, parts).html()) < 500_000


def test_the_lanes_of_nested_merges_end_where_they_began() -> None:
    commits = (
        Commit("merge 2", ("merge 1", "work 2")),
        Commit("work 2", ("first",)),
        Commit("merge 1", ("main 1", "work 1")),
        Commit("work 1", ("first",)),
        Commit("main 1", ("first",)),
        Commit("first"),
    )

    lanes = lanes_of(commits)

    assert [lanes[commit.hash] for commit in commits] == [0, 1, 0, 2, 0, 0]


def test_lines_of_history_beyond_the_eighth_share_a_lane() -> None:
    commits = [Commit(f"{name} {at}", (f"base {at}",)) for name in ("head", "base") for at in range(12)]

    assert sorted(set(lanes_of(tuple(commits)).values())) == list(range(8))


def test_a_circle_of_arrows_is_drawn() -> None:
    boxes = tuple(Box(name, name) for name in "abc")
    arrows = (Arrow("a", "b"), Arrow("b", "c"), Arrow("c", "a"))

    assert Network("circle", boxes, arrows).svg().count("<rect") == 3


def test_boxes_beyond_those_that_are_drawn_are_counted() -> None:
    boxes = tuple(Box(str(at), str(at)) for at in range(100))

    assert "20 more are not drawn" in Network("many", boxes, (Arrow("1", "99"),)).svg()


def test_letters_of_other_scripts_are_as_wide_as_the_widest() -> None:
    assert width_of("漢字") == width_of("WW") > width_of("ab") > width_of("il")


def test_a_branch_leaves_and_joins_its_line_and_leads_out_of_the_graph_dashed() -> None:
    commits = (Commit("merge", ("main", "side")), Commit("side", ("root",)), Commit("main", ("root",)))

    svg = CommitGraph("Commits", commits).svg()

    assert svg.count("<circle") == 3
    assert svg.count("stroke-dasharray") == 2  # both point to a commit that is not drawn
    whole = CommitGraph("Commits", (*commits, Commit("root"))).svg()
    assert "stroke-dasharray" not in whole
    assert len(re.findall(r'd="M[^"]*C', whole)) == 2  # the lane of the branch begins and ends in a curve


def test_of_many_values_of_a_fact_the_rest_is_counted() -> None:
    page = Facts((("tags", tuple(f"v{at}" for at in range(25))),)).html()

    assert page.count("<br>") == 20
    assert "v19<br>and 5 more" in page
