"""Lineage as OpenLineage run events (https://openlineage.io/spec/2-0-2/OpenLineage.json)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dolt_integrations.conventions import job_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.origins.writes import Write

_PRODUCER = "urn:flytekitplugins-dolt"
_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_VERSION = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"


def run_events(writes: Sequence[Write]) -> list[dict[str, Any]]:
    """Return an event for each commit, oldest first."""
    commits: dict[tuple[str, str], list[Write]] = {}
    for write in sorted(writes, key=lambda write: write.date):
        commits.setdefault((write.database, write.commit), []).append(write)
    return [_event(group) for group in commits.values()]


def _event(group: Sequence[Write]) -> dict[str, Any]:
    first = group[0]
    namespace, name = _job(first)
    reads = {(read.database, read.table, read.commit): read for write in group for read in write.reads if read.table}
    return {
        "eventType": "COMPLETE",
        "eventTime": f"{first.date.isoformat(timespec='milliseconds')}Z",
        "producer": _PRODUCER,
        "schemaURL": _EVENT,
        "run": {"runId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{first.database}#{first.commit}"))},
        "job": {"namespace": namespace, "name": name},
        "inputs": [_dataset(read.database, str(read.table), read.commit) for read in reads.values()],
        "outputs": [_dataset(write.database, write.table, write.commit) for write in group],
    }


def _job(write: Write) -> tuple[str, str]:
    """Return the namespace and the name of the job that made a commit."""
    run = write.execution_id or ""
    return job_of(run, write.task) or ("dolt", write.task or run or "unknown")


def _dataset(database: str, table: str, commit: str) -> dict[str, Any]:
    version = {"_producer": _PRODUCER, "_schemaURL": _VERSION, "datasetVersion": commit}
    namespace, name = "file", f"{database}/{table}"
    if "://" in database:
        parts = urlsplit(database)
        namespace = f"{parts.scheme}://{parts.hostname}:{parts.port or 3306}"
        name = f"{parts.path.strip('/')}.{table}"
    return {"namespace": namespace, "name": name, "facets": {"version": version}}
