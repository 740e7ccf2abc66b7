import pickle
import re

import pytest

from dolt_integrations import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]


def drawn_tree():
    """Return the tree as the module's docstring draws it: child -> parent."""
    parents, path = {}, {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"^ {4}((?:│   |    )*(?:[├└]── )?)(\w+Error)\b", line)
        if match:
            depth = len(match[1]) // 4
            path[depth] = match[2]
            parents[match[2]] = path.get(depth - 1)
    return parents


def test_the_tree_that_the_module_draws_is_the_one_it_has():
    drawn = drawn_tree()

    assert set(drawn) == set(errors.__all__)
    for name, parent in drawn.items():
        if parent is not None:
            assert getattr(errors, parent) in getattr(errors, name).__bases__


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_a_dolt_error(kind):
    assert issubclass(kind, errors.DoltError)


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("hint", [None, "Try again."])
def test_an_error_survives_pickling_as_it_is(kind, hint):
    error = kind("it broke", hint=hint)

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here

    assert type(again) is type(error)
    assert isinstance(again, kind)
    assert (str(again), again.hint, again.args) == (str(error), hint, error.args)


def test_an_error_survives_pickling_twice():
    error = errors.TableNotFoundError("no table", hint="Save it.")

    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error))))  # noqa: S301 - made here

    assert str(again) == "no table. Save it."


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ConfigError, ValueError),
        (errors.LiteralError, ValueError),
        (errors.DataError, ValueError),
        (errors.PrimaryKeyError, ValueError),
        (errors.NotADoltTableError, AssertionError),
    ],
)
def test_an_error_is_also_the_builtin_that_upstream_raises(kind, builtin):
    assert issubclass(kind, builtin)


def test_the_text_is_the_message_and_then_the_hint():
    assert str(errors.DoltError("no table `a`", hint="Save it.")) == "no table `a`. Save it."
