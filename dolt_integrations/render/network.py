"""A directed graph as SVG: sources on the left, one column for each step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dolt_integrations.render.texts import LINE, escaped, width_of

MOST = 80
"""The maximum number of boxes."""

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 230, 46, 70, 16, 8
_BELOW = 60
"""How far down an arrow is bent to pass boxes in between; the curve reaches three quarters of it."""

_TEXT = 34
"""The maximum length of a line in a box in characters. A line that is too wide is condensed."""

TABLE, EXECUTION, MISSING = "table", "execution", "missing"

_FILLS = {TABLE: "#4f8cc9", EXECUTION: "#3f9b5b", MISSING: "#c77c2e"}

_ALONE = (
    "<style>svg{color:#1f2328;background:#ffffff}"
    "@media (prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}</style>"
)
"""The colours of a standalone file, which has no surrounding page."""


@dataclass(frozen=True)
class Box:
    """A node.

    Attributes:
        id: The identifier that arrows refer to.
        title: The first line.
        detail: The second line.
        kind: `table`, `execution`, or `missing` if it could not be looked up.
        hint: The tooltip.
    """

    id: str
    title: str
    detail: str = ""
    kind: str = TABLE
    hint: str = ""


@dataclass(frozen=True)
class Arrow:
    """An arrow from one box to another, by their ids."""

    start: str
    end: str


@dataclass(frozen=True)
class Network:
    """Boxes and the arrows between them. The last arrow of a cycle is left out."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    def html(self) -> str:
        """Return the picture under its title."""
        return f'<h4>{escaped(self.title)}</h4><div class="dolt-scroll" tabindex="0">{self.svg()}</div>'

    def svg(self, *, alone: bool = False) -> str:
        """Return the picture as an `svg` element, in the colour of the surrounding text.

        Args:
            alone: Whether it is for a standalone file, which needs its own colours for light and dark.
        """
        boxes = self.boxes[:MOST]
        known = {box.id for box in boxes}
        arrows = [arrow for arrow in self.arrows if arrow.start in known and arrow.end in known]
        places, width, height = _places(boxes, arrows)
        drawn = "".join(_arrow(places[arrow.start], places[arrow.end]) for arrow in arrows if arrow.start != arrow.end)
        drawn += "".join(_box(box, *places[box.id]) for box in boxes)
        if any(places[arrow.end][0] - places[arrow.start][0] > _WIDTH + _ACROSS for arrow in arrows):
            height += _BELOW * 3 // 4 - _HEIGHT // 2
        if len(self.boxes) > MOST:
            drawn += f'<text x="{_EDGE}" y="{height + 14}">{len(self.boxes) - MOST:,} more are not drawn</text>'
            height += 22
        label = escaped(f"{self.title}: {len(boxes)} boxes, {len(arrows)} arrows", LINE)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{label}" font-family="system-ui,sans-serif" font-size="12" fill="currentColor">'
            f"{_ALONE if alone else ''}{drawn}</svg>"
        )


def _places(boxes: tuple[Box, ...], arrows: list[Arrow]) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Return the upper left corner of each box, and the width and height of the picture."""
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for box, column in zip(boxes, _columns(boxes, arrows), strict=True):
        columns[column].append(box.id)
    tallest = max((len(ids) for ids in columns.values()), default=0)
    places = {}
    for column, ids in columns.items():
        above = (tallest - len(ids)) * (_HEIGHT + _DOWN) // 2
        for at, name in enumerate(ids):
            places[name] = (_EDGE + column * (_WIDTH + _ACROSS), _EDGE + above + at * (_HEIGHT + _DOWN))
    width = 2 * _EDGE + max(len(columns), 1) * (_WIDTH + _ACROSS) - _ACROSS
    return places, width, 2 * _EDGE + max(tallest, 1) * (_HEIGHT + _DOWN) - _DOWN


def _columns(boxes: tuple[Box, ...], arrows: list[Arrow]) -> list[int]:
    """Return the column of each box: one to the right of the rightmost box with an arrow to it."""
    found = {box.id: 0 for box in boxes}
    for _ in range(len(boxes)):  # no path has more steps, and a cycle ends too
        moved = [arrow for arrow in arrows if arrow.start != arrow.end and found[arrow.end] <= found[arrow.start]]
        if not moved:
            break
        for arrow in moved:
            found[arrow.end] = max(found[arrow.end], found[arrow.start] + 1)
    used = {column: at for at, column in enumerate(sorted(set(found.values())))}
    return [used[found[box.id]] for box in boxes]


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    ex, ey = end[0], end[1] + _HEIGHT // 2
    half, below = (x + ex) // 2, max(y, ey) + _BELOW
    way = f"{half} {y} {half} {ey}" if ex - x <= _ACROSS else f"{x + _ACROSS} {below} {ex - _ACROSS} {below}"
    path = f'<path d="M{x} {y}C{way} {ex - 7} {ey}" fill="none" stroke="currentColor" opacity=".6"/>'
    return f'{path}<path d="M{ex} {ey}l-8 -4v8z" opacity=".6"/>'


def _box(box: Box, x: int, y: int) -> str:
    colour = _FILLS.get(box.kind, _FILLS[MISSING])
    round_ = 14 if box.kind == EXECUTION else 4
    dash = ' stroke-dasharray="4 3"' if box.kind == MISSING else ""
    shape = (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{round_}" fill="{colour}" fill-opacity=".18" '
        f'stroke="{colour}" stroke-width="1.5"{dash}/>'
    )
    title = f'<text x="{x + 10}" y="{y + 19}" font-weight="600"{_fitting(box.title, 12.5)}'
    detail = f'<text x="{x + 10}" y="{y + 36}" font-size="11" opacity=".85"{_fitting(box.detail, 11)}'
    hint = f"<title>{escaped(box.hint, 2 * LINE)}</title>" if box.hint else ""
    return f"<g>{hint}{shape}{title}{detail}</g>"


def _fitting(text: str, size: float) -> str:
    """Return the rest of a `text` element, condensed if it is wider than a box."""
    room = _WIDTH - 20
    narrow = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if width_of(text[:_TEXT], size) > room else ""
    return f"{narrow}>{escaped(text, _TEXT)}</text>"
