import time

import pytest

from dolt_integrations.engine import parse_author
from dolt_integrations.engine.sql.tokens import tokens
from dolt_integrations.engine.tables.query import _first_word, _without_end
from dolt_integrations.errors import ConfigError, DoltError, shortened

LONG = 30_000


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 'it''s' FROM `a``b`;",
        "SELECT 'a\\'; -- b",
        "/* open",
        "'open",
        "`open",
        "a--1 -- b\n# c\n/* ; */",
        "\\",
    ],
)
def test_no_letter_is_lost(sql):
    assert "".join(token.text for token in tokens(sql)) == sql


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; /* a */ /* b */ -- c", "SELECT 1"),
        ("SELECT 1; # c", "SELECT 1"),
        ("SELECT 1; SELECT 2;", "SELECT 1; SELECT 2"),
        ("SELECT ';'", "SELECT ';'"),
        ("SELECT 'a\\'; -- ';", "SELECT 'a\\'; -- '"),
        ("SELECT `;`", "SELECT `;`"),
        ("-- it's\nSELECT 1;", "-- it's\nSELECT 1"),
        ("SELECT 5--1;", "SELECT 5--1"),
        ("SELECT 1; -- it's", "SELECT 1; -- it's"),
        ("SELECT 1 -- a;", "SELECT 1 -- a;"),
        ("SELECT 1; --", "SELECT 1"),
        ("SELECT 1; /*/ a */", "SELECT 1"),
        ("SELECT 1 /*/ */; SELECT 2", "SELECT 1 /*/ */; SELECT 2"),
    ],
)
def test_an_end_is_cut_off(sql, expected):
    assert _without_end(sql) == expected


@pytest.mark.parametrize(
    "piece", [";", "; ", "/*", "/* */", "/**/ ", "-- ", "--\n", "'", '"', "`", "(", "#", "\\", "a", "\n", "''", "''`"]
)
def test_a_long_text_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    for sql in (piece * LONG, f"SELECT 1;{piece * LONG}x", f"{piece * LONG}'", f"SELECT '{piece * LONG}"):
        _without_end(sql)
        _first_word(sql)
        with pytest.raises(ConfigError):
            parse_author(sql)

    assert time.process_time() - start < 10  # quadratic time would be minutes


@pytest.mark.parametrize(
    "text", [" " * LONG, "<" * LONG, "a " * LONG, f"a {' ' * LONG}b", f"a <{'b' * LONG}", ">" * LONG]
)
def test_a_long_author_takes_no_longer_than_its_length(text):
    with pytest.raises(ConfigError) as caught:
        parse_author(text)

    assert len(str(caught.value)) < 10_000


def test_a_long_text_of_an_error_is_cut():
    error = DoltError("n" * 10_000_000, hint="h" * 10_000_000)

    assert len(str(error)) < 10_000
    assert len(error.hint) < 5_000


def test_a_short_text_of_an_error_is_kept():
    assert str(DoltError("no table `a`", hint="Save it.")) == "no table `a`. Save it."


def test_a_cut_text_keeps_both_ends():
    text = shortened(f"begin {'x' * 10_000} end")

    assert text.startswith("begin")
    assert text.endswith("end")
