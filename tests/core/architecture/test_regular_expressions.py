"""Every regular expression of the packages takes linear time on any input."""

import ast
import importlib
import inspect
import pkgutil
import re
import sys
import time

import pytest

import dolt_integrations
import flytekitplugins.dolt
from dolt_integrations.engine.translation.rules import RULES

NEW = sys.version_info >= (3, 11)
sre_constants = importlib.import_module("re._constants" if NEW else "sre_constants")
sre_parse = importlib.import_module("re._parser" if NEW else "sre_parse")

METHODS = {"match", "search", "fullmatch", "sub", "split", "findall", "finditer"}
MODULES = [
    importlib.import_module(name)
    for package in (dolt_integrations, flytekitplugins.dolt)
    for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]


def used_in(module):
    """Yield each compiled pattern of a module, and the method that is called on it."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS):
            continue
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id == "re":
            yield compiled(node), node.func.attr
        elif isinstance(owner, (ast.Name, ast.Subscript)):
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner.value, "id", "")
            found = getattr(module, name, None)
            for each in found.values() if isinstance(found, dict) else [found]:
                if isinstance(each, re.Pattern):
                    yield each, node.func.attr


def compiled(call):
    """Compile the pattern of a call of `re`. Values in an f-string are replaced by a word."""
    pattern, flags = call.args[0], 0
    for each in [*call.args[1:], *(keyword.value for keyword in call.keywords)]:
        if isinstance(each, ast.Attribute) and each.attr in ("IGNORECASE", "DOTALL", "MULTILINE"):
            flags |= getattr(re, each.attr)
    if isinstance(pattern, ast.Constant):
        return re.compile(pattern.value, flags)
    if isinstance(pattern, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "word" for part in pattern.values]
        return re.compile("".join(parts), flags)
    return None


PATTERNS = {
    (each.pattern, each.flags, method) for module in MODULES for each, method in used_in(module) if each is not None
}
PATTERNS |= {(part, int(re.IGNORECASE), "search") for rule in RULES for text in rule.texts for part in text.split(".*")}


def samples(parsed):
    """Return strings that a parsed pattern, or its beginning, matches: one for each alternative."""
    texts = [""]
    for kind, value in parsed:
        parts = part_samples(kind, value)
        texts = [text + part for text in texts[:6] for part in parts[:4]]
    return texts


def part_samples(kind, value):
    if kind is sre_constants.LITERAL:
        return [chr(value)]
    if kind is sre_constants.NOT_LITERAL:
        return ["a" if value != ord("a") else "b"]
    if kind is sre_constants.ANY:
        return ["a"]
    if kind is sre_constants.IN:
        return [one_of(value)]
    if kind is sre_constants.BRANCH:
        return [text for branch in value[1] for text in samples(branch)[:2]]
    if kind is sre_constants.SUBPATTERN:
        return samples(value[3])
    if kind in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT):
        low, high, inner = value
        return [text * max(low, min(2, int(high))) for text in samples(inner)]
    return [""]


def one_of(members):
    wanted = re.compile("[" + "".join(shown(*each) for each in members) + "]")
    return next((letter for letter in "a0_ .-'`:/=@(\n\\+x" if wanted.match(letter)), None) or next(
        chr(at) for at in range(1, 1_000) if wanted.match(chr(at))
    )


def shown(kind, value):
    if kind is sre_constants.NEGATE:
        return "^"
    if kind is sre_constants.LITERAL:
        return re.escape(chr(value))
    if kind is sre_constants.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {
        sre_constants.CATEGORY_DIGIT: r"\d", sre_constants.CATEGORY_SPACE: r"\s", sre_constants.CATEGORY_WORD: r"\w",
        sre_constants.CATEGORY_NOT_SPACE: r"\S",
    }[value]  # fmt: skip


def attacks(pattern):
    """Yield functions that return a string of a given length, which repeats a part of what the pattern matches."""
    for text in samples(sre_parse.parse(pattern))[:4] or [""]:
        size = len(text)
        pieces = {(at, end) for at in range(size) for end in (at + 1, at + 2, at + 3, size) if end <= size}
        pieces |= {(0, end) for end in range(1, size)}
        for at, end in sorted(pieces):
            for tail in ("\x00", text[end:]):
                yield (
                    lambda wanted, text=text, at=at, end=end, tail=tail: (
                        text[:at] + text[at:end] * (wanted // (end - at)) + tail
                    )
                )


def seconds(pattern, method, text):
    started = time.thread_time()
    result = pattern.sub("", text) if method == "sub" else getattr(pattern, method)(text)
    if method == "finditer":
        list(result)
    return time.thread_time() - started


def test_the_patterns_are_found():
    assert len(PATTERNS) > 100


REPEATING = sorted(each for each in PATTERNS if re.search("[*+{]", each[0]))
"""The others look at no more characters than they are long, wherever they begin."""


@pytest.mark.parametrize(("pattern", "flags", "method"), REPEATING)
def test_a_regular_expression_takes_linear_time(pattern, flags, method):
    expression = re.compile(pattern, flags)

    for attack in attacks(pattern):
        if seconds(expression, method, attack(12_000)) < 0.03:
            continue
        # Eight times the text: eight times the time if it is linear, 64 times if it is quadratic.
        least, most = (min(seconds(expression, method, attack(size)) for _ in range(3)) for size in (5_000, 40_000))
        assert most < 24 * max(least, 0.0005), repr(attack(30))
