"""How dataclasses-json, which parses JSON on the command line, creates our classes inside a user's dataclass.

By default it sets the fields of a dataclass one by one, drops unknown members and does not call `from_dict`. Only one
hook sees all members of an object: the action for undefined parameters.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from dataclasses_json import config as json_config
from dataclasses_json.undefined import _UndefinedParameterAction

if TYPE_CHECKING:
    from collections.abc import Mapping


class _FromDict(_UndefinedParameterAction):
    """Creates an object with the `from_dict` of its class."""

    @staticmethod
    def handle_from_dict(cls: Any, kvs: Mapping[str, Any]) -> dict[str, Any]:
        names = [field.name for field in dataclasses.fields(cls)]
        made = cls.from_dict({name: value for name, value in kvs.items() if value is not None or name not in names})
        return {name: getattr(made, name) for name in names}


READ_BY_FROM_DICT: Any = {"undefined": SimpleNamespace(value=_FromDict)}
"""The `dataclass_json_config` of a class whose objects are always created by its `from_dict`."""


def _as_it_is(value: Any) -> Any:
    return value


PARSED = json_config(decoder=_as_it_is)
"""The metadata of a dataclass field whose value `from_dict` has created already."""
