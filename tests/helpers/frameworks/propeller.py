"""Runs launch plans pod by pod, with the arguments and the environment that Flyte 1.16's propeller gives them."""

from __future__ import annotations

import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flyteidl.core import errors_pb2, literals_pb2
from flytekit import LaunchPlan
from flytekit.configuration import FastSerializationSettings
from flytekit.models.literals import Literal, LiteralCollection, LiteralMap
from flytekit.models.security import Secret
from flytekit.tools.fast_registration import FastPackageOptions, fast_package
from flytekit.tools.translator import get_serializable

from tests.helpers.frameworks.kubernetes import Kubernetes
from tests.helpers.frameworks.pods import DOMAIN, PROJECT, SETTINGS, literal, variables
from tests.helpers.servers.object_store import ObjectStore

AGAIN = errors_pb2.ContainerError.RECOVERABLE


class Failure(Exception):
    """A node that failed for good: what it reported, or the log of its last pod."""


@dataclass
class Execution:
    """The outcome of an execution.

    Attributes:
        outputs: The literals of its last node, by name.
        attempts: The results of the pods of each node, or of each index of a map task.
        hits: The nodes whose outputs were in the cache.
        logs: What the pods printed.
    """

    outputs: dict[str, Literal] = field(default_factory=dict)
    attempts: dict[str, list[str]] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)


@dataclass
class Propeller:
    """A control plane: launch plans of one project on one store.

    Attributes:
        pods: Where pods run.
        store: Where inputs, outputs and code are.
        secrets: The secrets of the project, by group and key.
        kills: When pods get SIGKILL: `(node, index, attempt)` to a point of `Kubernetes.run`.
        parallel: How many pods of a map task run at once.
    """

    pods: Kubernetes
    store: ObjectStore
    secrets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    kills: Mapping[tuple[str, int | None, int], int | str] = field(default_factory=dict)
    parallel: int = 4
    cache: dict[str, dict[str, Literal]] = field(default_factory=dict)

    def run(self, plan: LaunchPlan, source: Path, name: str, **inputs: Any) -> Execution:
        """Run a launch plan of a folder's code to its end.

        Raises:
            Failure: A node failed for good.
        """
        return _Run(self, plan, source, name).to_end(inputs)

    def variables_of(self, secrets: list[Secret]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the variables and files with a pod's secrets. The webhook does not report missing ones."""
        found, files = {"FLYTE_SECRETS_DEFAULT_DIR": "{root}/secrets", "FLYTE_SECRETS_FILE_PREFIX": ""}, {}
        for secret in secrets:
            value = self.secrets.get((secret.group, secret.key))
            if secret.mount_requirement == Secret.MountType.ENV_VAR:
                names = [f"_FSEC_{secret.group}_{secret.key}".upper(), *filter(None, [secret.env_var])]
                found |= {name: value for name in names if value is not None}
                continue
            path = f"secrets/{secret.group}/{secret.key}".lower()
            files |= {path: value} if value is not None else {}
            found |= {secret.env_var: f"{{root}}/{path}"} if secret.env_var else {}
        return found, files


class _Run:
    """One execution."""

    def __init__(self, propeller: Propeller, plan: LaunchPlan, source: Path, name: str) -> None:
        self.propeller, self.name, self.execution = propeller, name, Execution()
        fast = FastSerializationSettings(enabled=True, destination_dir=".", distribution_location=self._upload(source))
        specs: OrderedDict[Any, Any] = OrderedDict()
        self.plan = get_serializable(specs, replace(SETTINGS, fast_serialization_settings=fast), plan)
        templates = [spec.template for spec in specs.values() if hasattr(spec, "template")]
        self.tasks = {each.id.name: each for each in templates if hasattr(each, "container")}
        self.workflow = next(each for each in templates if hasattr(each, "nodes"))
        self.done: dict[str, dict[str, Literal]] = {}

    def _upload(self, source: Path) -> str:
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(fast_package(str(source), folder, options=FastPackageOptions([])))
            key = f"code/{archive.name}"
            self.propeller.store.write(key, archive.read_bytes())
        return f"{self.propeller.store.url}/{key}"

    def to_end(self, inputs: Mapping[str, Any]) -> Execution:
        given = {name: _literal(value) for name, value in inputs.items()}
        defaults = {name: each.default for name, each in self.plan.spec.default_inputs.parameters.items()}
        self.done[""] = {**defaults, **self.plan.spec.fixed_inputs.literals, **given}
        for node in self.workflow.nodes:
            self.done[node.id] = self._cached(node)
        bindings = {each.var: each.binding for each in self.workflow.outputs}
        self.execution.outputs = {name: self._bound(binding) for name, binding in bindings.items()}
        return self.execution

    def _bound(self, binding: Any) -> Literal:
        if binding.promise is not None:
            return self.done[binding.promise.node_id][binding.promise.var]
        if binding.collection is not None:
            return Literal(collection=LiteralCollection([self._bound(each) for each in binding.collection.bindings]))
        return Literal(scalar=binding.scalar)

    def _cached(self, node: Any) -> dict[str, Literal]:
        inputs = {each.var: self._bound(each.binding) for each in node.inputs}
        inner = node.array_node.node if node.array_node else node
        task = self.tasks[inner.task_node.reference_id.name]
        key = f"{task.id.name} {task.metadata.discovery_version} {_digest(inputs)}"
        if task.metadata.discoverable and key in self.propeller.cache:
            self.execution.hits.append(node.id)
            return self.propeller.cache[key]
        outputs = self._mapped(node, task, inputs) if node.array_node else self._tried(node, task, inputs, None)
        self.propeller.cache[key] = outputs
        return outputs

    def _mapped(self, node: Any, task: Any, inputs: dict[str, Literal]) -> dict[str, Literal]:
        self._write_inputs(node, inputs)
        size = next(len(each.collection.literals) for each in inputs.values() if each.collection is not None)
        with ThreadPoolExecutor(self.propeller.parallel) as threads:
            found = list(threads.map(lambda index: self._tried(node, task, inputs, index), range(size)))
        names = task.interface.outputs
        return {name: Literal(collection=LiteralCollection([each[name] for each in found])) for name in names}

    def _write_inputs(self, node: Any, inputs: dict[str, Literal]) -> None:
        self.propeller.store.write(f"{self._prefix(node)}/inputs.pb", _bytes(inputs))

    def _prefix(self, node: Any) -> str:
        return f"metadata/propeller/{PROJECT}-{DOMAIN}-{self.name}/{node.id}/data"

    def _tried(self, node: Any, task: Any, inputs: dict[str, Literal], index: int | None) -> dict[str, Literal]:
        if index is None:
            self._write_inputs(node, inputs)
        ended = self.execution.attempts.setdefault(node.id if index is None else f"{node.id}/{index}", [])
        for attempt in range(1 + task.metadata.retries.retries):
            outcome, log = self._attempt(node, task, index, attempt)
            if isinstance(outcome, dict):
                ended.append("done")
                return outcome
            ended.append(outcome.code if outcome else "killed")
            if outcome and outcome.kind != AGAIN:
                break
        raise Failure(outcome.message if outcome else log)

    def _attempt(
        self, node: Any, task: Any, index: int | None, attempt: int
    ) -> tuple[dict[str, Literal] | errors_pb2.ContainerError | None, str]:
        store, base = self.propeller.store, self._prefix(node)
        prefix = f"{base}/0/{index}/{attempt}" if index is not None else f"{base}/{attempt}"
        raw = f"{store.url}/data/{self.name}-{node.id}-{index}-{attempt}"
        template = {
            "{{.input}}": f"{store.url}/{base}/inputs.pb",
            "{{.outputPrefix}}": f"{store.url}/{prefix}",
            "{{.rawOutputDataPrefix}}": raw,
            "{{.checkpointOutputPrefix}}": f"{raw}/_flytecheckpoints",
            "{{.prevCheckpointPrefix}}": '""',
        }
        arguments = [template.get(part, part) for part in task.container.args]
        environment, files = self._environment(task, index, attempt)
        kill = self.propeller.kills.get((node.id, index, attempt))
        status, log = self.propeller.pods.run(arguments, environment, files, kill)
        self.execution.logs.append(log)
        assert (status == -9) == (kill is not None) or status == 0, log
        keys = {key: f"{prefix}/{key}.pb" for key in ("outputs", "error")}
        there = {key for key, name in keys.items() if store.has(name)}
        if "error" in there:
            return errors_pb2.ErrorDocument.FromString(store.read(keys["error"])).error, log
        return (_literals(store.read(keys["outputs"])) if "outputs" in there else None), log

    def _environment(self, task: Any, index: int | None, attempt: int) -> tuple[dict[str, str], dict[str, str]]:
        own = variables(task.id.name, attempt) | (task.container.env or {}) | {
            "FLYTE_INTERNAL_EXECUTION_ID": self.name,
            "FLYTE_INTERNAL_EXECUTION_WORKFLOW": f"{PROJECT}:{DOMAIN}:{self.plan.id.name}",
        }  # fmt: skip
        if index is not None:
            own |= {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": str(index)}
        secrets, files = self.propeller.variables_of(task.security_context.secrets if task.security_context else [])
        return own | secrets, files


def _literal(value: Any) -> Literal:
    if isinstance(value, list):
        return Literal(collection=LiteralCollection([_literal(each) for each in value]))
    return literal(value)  # type: ignore[no-any-return]


def _bytes(literals: dict[str, Literal]) -> bytes:
    return bytes(LiteralMap(literals).to_flyte_idl().SerializeToString())


def _literals(content: bytes) -> dict[str, Literal]:
    return dict(LiteralMap.from_flyte_idl(literals_pb2.LiteralMap.FromString(content)).literals)


def _digest(literals: dict[str, Literal]) -> str:
    """Return the cache key of inputs: their hashes, if they have any."""

    def of(value: Literal) -> Iterator[bytes]:
        if value.hash:
            yield value.hash.encode()
        elif value.collection is not None:
            for each in value.collection.literals:
                yield from of(each)
        else:
            yield value.to_flyte_idl().SerializeToString(deterministic=True)

    found = hashlib.sha256()
    for name in sorted(literals):
        for part in (name.encode(), *of(literals[name])):
            found.update(part + b"\0")
    return found.hexdigest()
