"""The commit graph as SVG: the newest commit at the top, one lane for each line of history."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.render.texts import CELL, LINE, escaped

_ROW, _LANE, _DOT = 26, 16, 4.5
_LANES = 8
"""The maximum number of lanes; further lines of history share the last one."""

_COLOURS = ("#4f8cc9", "#3f9b5b", "#c77c2e", "#a86bc4", "#c75d6f", "#2f9aa0", "#8c8c3f", "#7d7d7d")
"""A colour for each lane, visible on white and on black."""


@dataclass(frozen=True)
class Commit:
    """A commit of the graph.

    Attributes:
        hash: Its full hash.
        parents: The full hashes of its parents. A dashed line leads to a parent outside of the graph.
        subject: The first line of its message.
        detail: Author and date, in small print.
        labels: The branches and tags that point to it.
        is_here: Whether the card shows this commit.
        touches: Whether it changed the table of the card.
    """

    hash: str
    parents: tuple[str, ...] = ()
    subject: str = ""
    detail: str = ""
    labels: tuple[str, ...] = ()
    is_here: bool = False
    touches: bool = True


@dataclass(frozen=True)
class CommitGraph:
    """A graph of commits.

    Attributes:
        title: The heading.
        commits: The commits to draw, each before its parents.
    """

    title: str
    commits: tuple[Commit, ...]

    def html(self) -> str:
        """Return the picture under its title."""
        return f"<h4>{escaped(self.title)}</h4>{self.svg()}" if self.commits else ""

    def svg(self) -> str:
        """Return the picture as an `svg` element, in the colour of the surrounding text."""
        lanes = lanes_of(self.commits)
        rows = {commit.hash: at for at, commit in enumerate(self.commits)}
        left = 12 + _LANE * (1 + max(lanes.values(), default=0))
        lines = "".join(self._lines(commit, lanes, rows) for commit in self.commits)
        dots = "".join(self._dot(at, lanes[commit.hash], left) for at, commit in enumerate(self.commits))
        height = _ROW * len(self.commits) + 6
        width = left + 620
        label = escaped(f"{self.title}: {len(self.commits)} commits, the newest at the top", LINE)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{label}" font-family="system-ui,sans-serif" font-size="12" fill="currentColor">'
            f"{lines}{dots}</svg>"
        )

    def _lines(self, commit: Commit, lanes: dict[str, int], rows: dict[str, int]) -> str:
        return "".join(self._line(commit, parent, lanes, rows) for parent in commit.parents[:2])

    def _line(self, commit: Commit, parent: str, lanes: dict[str, int], rows: dict[str, int]) -> str:
        x, y = _x(lanes[commit.hash]), _y(rows[commit.hash])
        if parent not in rows:
            return f'<path d="M{x} {y}v{_ROW * 0.6:g}" {_stroke(lanes[commit.hash])} stroke-dasharray="2 3"/>'
        px, py = _x(lanes[parent]), _y(rows[parent])
        lane = max(lanes[commit.hash], lanes[parent])
        if x > px:  # a branch stays in its lane until the commit where it began
            way = f"V{py - _ROW}C{x} {py - _ROW / 2:g} {px} {py - _ROW / 2:g} {px} {py}"
        elif x < px:
            way = f"C{x} {y + _ROW / 2:g} {px} {y + _ROW / 2:g} {px} {y + _ROW}V{py}"
        else:
            way = f"V{py}"
        return f'<path d="M{x} {y}{way}" {_stroke(lane)}/>'

    def _dot(self, at: int, lane: int, left: int) -> str:
        commit = self.commits[at]
        x, y = _x(lane), _y(at)
        colour = _COLOURS[lane % len(_COLOURS)]
        at_it = f'<circle cx="{x}" cy="{y}"'
        ring = f'{at_it} r="{_DOT + 3.5}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        fill = colour if commit.touches else "none"
        dot = f'{at_it} r="{_DOT}" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
        title = f"<title>{escaped(commit.hash)}: {escaped(commit.subject, LINE)}</title>"
        return f"<g>{title}{ring if commit.is_here else ''}{dot}{_caption(commit, left, y)}</g>"


def _caption(commit: Commit, left: int, y: float) -> str:
    weight = ' font-weight="600"' if commit.is_here else ""
    labels = "".join(f' <tspan font-weight="600">[{escaped(label, 40)}]</tspan>' for label in commit.labels[:4])
    room = max(20, 76 - sum(len(label[:40]) + 3 for label in commit.labels[:4]) - len(commit.detail[:40]))
    detail = f' <tspan opacity=".75">{escaped(commit.detail, 40)}</tspan>' if commit.detail else ""
    name = f'<tspan font-family="ui-monospace,monospace" opacity=".75">{escaped(commit.hash[:8])}</tspan>'
    text = f"{name}{labels} {escaped(commit.subject, min(room, CELL))}{detail}"
    return f'<text x="{left}" y="{y + 4}"{weight}>{text}</text>'


def _x(lane: int) -> int:
    return 12 + _LANE * lane


def _y(row: int) -> float:
    return _ROW * row + _ROW / 2 + 3


def _stroke(lane: int) -> str:
    return f'fill="none" stroke="{_COLOURS[lane % len(_COLOURS)]}" stroke-width="2"'


def lanes_of(commits: tuple[Commit, ...]) -> dict[str, int]:
    """Return the lane of each commit: a first parent gets its child's lane, other parents get a free one.

    Example:
        >>> lanes_of((Commit("m", ("a", "b")), Commit("b", ("r",)), Commit("a", ("r",)), Commit("r")))
        {'m': 0, 'b': 1, 'a': 0, 'r': 0}
    """
    waiting: list[str | None] = []  # the next commit of each lane
    lanes: dict[str, int] = {}
    for commit in commits:
        if commit.hash not in waiting:
            _take_free(waiting, commit.hash)
        lane = waiting.index(commit.hash)
        waiting = [None if each == commit.hash else each for each in waiting]
        lanes[commit.hash] = min(lane, _LANES - 1)
        if commit.parents:
            _keep(waiting, lane, commit.parents[0])
        for parent in commit.parents[1:2]:
            if parent not in waiting:
                _take_free(waiting, parent)
    return lanes


def _keep(waiting: list[str | None], lane: int, commit: str) -> None:
    """Make a commit the next one of a lane, unless a lane further left has it already."""
    other = waiting.index(commit) if commit in waiting else None
    if other is not None and other < lane:
        return
    if other is not None:
        waiting[other] = None
    waiting[lane] = commit


def _take_free(waiting: list[str | None], commit: str) -> None:
    if None in waiting:
        waiting[waiting.index(None)] = commit
    else:
        waiting.append(commit)
