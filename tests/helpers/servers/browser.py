"""A headless Chromium that looks at a page: what its DOM becomes, and a picture of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell")

AUDIT = """
<script>
function channels(text) { return (text.match(/[\\d.]+/g) || []).map(Number); }
function over(front, back) {
  const a = front.length > 3 ? front[3] : 1;
  return [0, 1, 2].map(at => front[at] * a + back[at] * (1 - a));
}
function behind(element) {
  const chain = [];
  for (let each = element; each instanceof Element; each = each.parentElement) chain.unshift(each);
  return chain.reduce((back, each) => over(channels(getComputedStyle(each).backgroundColor), back), [255, 255, 255]);
}
function light(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
}
function contrast(element) {
  const style = getComputedStyle(element), back = behind(element);
  const front = channels(element instanceof SVGElement ? style.fill : style.color);
  let opacity = front.length > 3 ? front[3] : 1;
  for (let each = element; each instanceof Element; each = each.parentElement) {
    opacity *= Number(getComputedStyle(each).opacity);
  }
  const [one, other] = [light(over([...front.slice(0, 3), opacity], back)), light(back)];
  return (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
}
addEventListener('load', () => {
  const texts = [], cards = [...document.querySelectorAll('.dolt-card')];
  for (const card of cards) {
    const walk = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const element = walk.currentNode.parentElement;
      if (element.closest('style,title') || !walk.currentNode.data.trim()) continue;
      texts.push([contrast(element), walk.currentNode.data.trim().slice(0, 40)]);
    }
  }
  texts.sort((one, other) => one[0] - other[0]);
  const found = {
    texts: texts.length,
    faintest: texts[0],
    elements: [...new Set(cards.flatMap(card => [...card.querySelectorAll('*')].map(e => e.localName)))].sort(),
    handlers: cards.flatMap(card => [...card.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))
      .filter(name => /^on/.test(name)),
    hacked: window.hacked ?? null,
    loaded: performance.getEntriesByType('resource').map(each => each.name),
    tooWide: document.documentElement.scrollWidth > innerWidth,
    changed: document.querySelectorAll('td.dolt-changed').length,
    pictures: [...document.querySelectorAll('.dolt-card svg')].map(e => Math.round(e.getBoundingClientRect().height)),
  };
  const result = document.createElement('pre');
  result.id = 'audit';
  result.textContent = JSON.stringify(found);
  document.body.append(result);
});
</script>
"""
"""What a page says of its cards: the contrast of each text with what is behind it, what was loaded, what ran."""


def chromium() -> str:
    """Return the browser's path, or skip the test if there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on PATH (apt-get install chromium; or CHROMIUM=/path/to/it)")
    return found


def audit(page: str, folder: Path) -> dict[str, Any]:
    """Return the result of the script `AUDIT` on a page."""
    dom = _run(folder, page, "--dump-dom")
    text = dom.split('<pre id="audit">')[1].split("</pre>")[0]
    found: dict[str, Any] = json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return found


def dom(page: str, folder: Path) -> str:
    """Return the DOM of a page after its scripts have run."""
    return _run(folder, page, "--dump-dom", "--virtual-time-budget=5000")


def screenshot(page: str, picture: Path, width: int, height: int) -> None:
    """Return a screenshot of a page."""
    _run(picture.parent, page, f"--screenshot={picture}", f"--window-size={width},{height}", "--hide-scrollbars")


def _run(folder: Path, page: str, *arguments: str) -> str:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    flags = [
        "--headless",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium has no sandbox for root
    command = [chromium(), *flags, f"--user-data-dir={folder / 'chromium'}", *arguments, file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
