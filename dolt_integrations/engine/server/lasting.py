"""Directories that do not last: a pod's own disk is deleted with the pod, and so is anything saved there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.names.cluster import is_on_cluster, keeps_outputs_here
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import DirectoryAddress

_HINT = (
    "Use the URL of a server (mysql://user@host/database, or connection:name), the directory of a database on a "
    "mounted volume, or a remote_conf that the work is pushed to."
)


def check_lasting(address: DirectoryAddress) -> None:
    """Refuse to save into a directory that, on a cluster, can only be on the pod's own disk.

    Args:
        address: A database, or where one would be made. A mounted volume is given by its absolute path and exists.

    Raises:
        ConfigError: This is a pod whose outputs go elsewhere, and the directory is relative or holds no database yet.
    """
    if not is_on_cluster() or keeps_outputs_here():
        return
    if not address.is_absolute:
        what = f"the directory {address.path} was given as a relative path, which is on the disk of the task's pod"
    elif not (address.path / ".dolt" / "noms").is_dir():
        what = f"there is no Dolt database in {address.path}, and a new one would be on the disk of the task's pod"
    else:
        return
    raise ConfigError(f"{what}: what is saved there would be lost with the pod", hint=_HINT)
