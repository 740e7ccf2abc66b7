"""Markdown pages taken apart: their fenced code blocks, links and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
"""The pages whose blocks are run."""

_FENCE = re.compile(r"```(\w*)\s*$")
_COMMENT = re.compile(r"<!-- (.+) -->\s*$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_INLINE_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True)
class Block:
    """A fenced code block.

    Attributes:
        page: Its file.
        line: Where its code begins, counted from 1.
        language: What follows the fence.
        text: The code.
        note: The HTML comment on the line above it; empty if there is none.
    """

    page: Path
    line: int
    language: str
    text: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page, in order."""
    found, start, language, note = [], None, "", ""
    lines = page.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence and start is None:
            start, language = at + 1, fence[1]
            comment = _COMMENT.match(lines[at - 1]) if at else None
            note = comment[1] if comment else ""
        elif fence and start is not None:
            found.append(Block(page, start + 1, language, "\n".join(lines[start:at]) + "\n", note))
            start = None
    assert start is None, f"{page}: the block that begins at line {start} does not end"
    return found


def prose_of(page: Path) -> str:
    """Return a page without its fenced blocks and inline code."""
    lines, fenced = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            lines.append(line)
    return "\n".join(lines)


def links_of(page: Path) -> list[str]:
    """Return the targets of the links that lead to files or headings of this project."""
    found = _LINK.findall(_INLINE_CODE.sub("`", prose_of(page)))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}
