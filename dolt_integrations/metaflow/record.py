"""The `dolt` artifact: the reads and writes of a flow's tasks, passed on from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow.action import DoltAction, action_from_dict
from dolt_integrations.metaflow.client import ARTIFACT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.metaflow.client import FlowSpec


def check_record(value: object) -> Mapping[str, Any]:
    """Check and return a `dolt` artifact.

    Raises:
        ConfigError: It is not such an artifact.

    Example:
        >>> check_record({"actions": {}, "configs": {}})
        {'actions': {}, 'configs': {}}
    """
    if isinstance(value, Mapping) and all(isinstance(value.get(name), Mapping) for name in ("actions", "configs")):
        return value
    hint = f"DoltDT keeps its record in `self.{ARTIFACT}`; use another name for anything else."
    raise ConfigError(f"{value!r:.200} is not a `dolt` artifact with `actions` and `configs`", hint=hint)


def add_to_record(flow: FlowSpec, actions: Iterable[DoltAction], configs: Mapping[str, Mapping[str, Any]]) -> None:
    """Add actions to the artifact of a running flow.

    A key names the newest action. An older action with that key is kept under its full name.

    Raises:
        ConfigError: The flow uses the attribute for something else.
    """
    known = check_record(getattr(flow, ARTIFACT, None) or {"actions": {}, "configs": {}})
    entries = dict(known["actions"])
    for action in actions:
        if action.key in entries:
            _put_aside(entries, action)
        entries[action.key] = action.dict()
    setattr(flow, ARTIFACT, {"actions": entries, "configs": {**known["configs"], **configs}})


def merge_records(flow: FlowSpec, inputs: Iterable[Any]) -> None:
    """Merge the records of all steps that a join step joins.

    Call it before `self.merge_artifacts(inputs)`, which otherwise treats the different `dolt` artifacts as a conflict.

    Args:
        flow: The flow (`self`).
        inputs: The `inputs` argument of the join step.

    Raises:
        ConfigError: A step uses `dolt` for something else.

    Example:
        >>> from types import SimpleNamespace
        >>> flow = SimpleNamespace()
        >>> merge_records(flow, [SimpleNamespace(dolt={"actions": {}, "configs": {"c": {"database": "shop"}}})])
        >>> flow.dolt["configs"]
        {'c': {'database': 'shop'}}
    """
    records = [check_record(record) for each in inputs if (record := getattr(each, ARTIFACT, None))]
    entries = [action_from_dict(entry) for record in records for entry in record["actions"].values()]
    actions = {action.identity: action for action in entries}
    configs = {name: config for record in records for name, config in record["configs"].items()}
    add_to_record(flow, sorted(actions.values(), key=lambda action: action.timestamp), configs)


def _put_aside(entries: dict[str, Any], action: DoltAction) -> None:
    older = action_from_dict(entries[action.key])
    repeated = (older.pathspec, older.kind) == (action.pathspec, action.kind) and older.same_data(action)
    if not repeated and older.identity != action.identity:
        entries[older.name] = entries[action.key]


def attribute_of(flow: FlowSpec | None, value: object) -> str | None:
    """Return the name of the flow's attribute that is this very object, or None."""
    return next((name for name, held in vars(flow).items() if held is value), None) if flow is not None else None
