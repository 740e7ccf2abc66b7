"""Which branch a save goes to and a load comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dolt_integrations.errors import ConfigError

SIDES = ("ours", "theirs")
"""What resolves a conflict: the version of the branch that is merged into, or that of what is merged."""


def check_on_conflict(on_conflict: str | None) -> None:
    """Refuse what resolves nothing.

    Raises:
        ConfigError: It is neither None nor one of `SIDES`.
    """
    if on_conflict is not None and on_conflict not in SIDES:
        raise ConfigError(f"on_conflict is {on_conflict!r}", hint="Give 'ours', 'theirs' or None.")


@dataclass(frozen=True)
class Branch:
    """The base of all branch configs. `None` in place of one is `SerialBranch()`."""

    kinds: ClassVar[dict[str, type[Branch]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Make the kind known by its name, which is how it travels."""
        super().__init_subclass__(**kwargs)
        Branch.kinds[cls.__name__] = cls

    @property
    def name(self) -> str | None:
        """The branch that is written and read; None is the database's default branch."""
        raise NotImplementedError

    @property
    def creates(self) -> bool:
        """Whether a save makes the branch when it is not there. A load never does."""
        return False

    @property
    def start(self) -> str | None:
        """Where a branch that is created begins: a branch, tag or commit; None is the default branch."""
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the config as a JSON object that `branch_from_dict` understands.

        Example:
            >>> NewBranch("run/1").to_dict()
            {'_type': 'NewBranch', 'branch': 'run/1', 'base': None}
        """
        return {"_type": type(self).__name__, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class SerialBranch(Branch):
    """Commits follow each other on one branch that exists.

    Attributes:
        branch: The branch; None is the default branch of the database (for a directory, the one checked out there).
    """

    branch: str | None = None

    @property
    def name(self) -> str | None:
        """The branch."""
        return self.branch


@dataclass(frozen=True)
class AppendBranch(Branch):
    """A new commit at the end of a branch that exists.

    Example:
        >>> AppendBranch(branch="main").name
        'main'
    """

    branch: str

    @property
    def name(self) -> str:
        """The branch."""
        return self.branch


@dataclass(frozen=True)
class NewBranch(Branch):
    """A branch of its own for a run: created by the first save, appended to by the next ones.

    Attributes:
        branch: The branch.
        base: The branch, tag or commit to create it from; None is the default branch.
    """

    branch: str
    base: str | None = None

    @property
    def name(self) -> str:
        """The branch."""
        return self.branch

    @property
    def creates(self) -> bool:
        """Always."""
        return True

    @property
    def start(self) -> str | None:
        """The base."""
        return self.base


@dataclass(frozen=True)
class MergeBranch(Branch):
    """Work on a branch of its own, made from an old or a moving start, that is then merged into a branch that exists.

    A save is committed on a private branch at `branch_from`, which is merged into `merge_to` by a fast-forward or a
    merge commit; what others changed there stays. A load reads `merge_to`.

    Attributes:
        branch_from: The branch, tag or commit to begin at.
        merge_to: The branch to merge into.
        on_conflict: `ours` takes `merge_to`'s version of what both sides changed, `theirs` that of the save; with None
            the save raises `MergeConflictError`, and the branch with its work is kept.

    Example:
        >>> MergeBranch(branch_from="c2", merge_to="master").name
        'master'
    """

    branch_from: str
    merge_to: str
    on_conflict: str | None = None

    def __post_init__(self) -> None:
        """Refuse what resolves no conflict.

        Raises:
            ConfigError: `on_conflict` is neither None nor one of `SIDES`.
        """
        check_on_conflict(self.on_conflict)

    @property
    def name(self) -> str:
        """The branch that is merged into."""
        return self.merge_to

    @property
    def start(self) -> str:
        """Where the work begins."""
        return self.branch_from


def branch_from_dict(value: Branch | Mapping[str, Any] | None) -> Branch | None:
    """Make a branch config of what `Branch.to_dict` returned.

    Raises:
        ConfigError: There is no such kind of branch, or a field is wrong.

    Example:
        >>> branch_from_dict({"_type": "NewBranch", "branch": "run/1"})
        NewBranch(branch='run/1', base=None)
    """
    if value is None or isinstance(value, Branch):
        return value
    if not isinstance(value, Mapping) or value.get("_type") not in list(Branch.kinds):
        kinds = ", ".join(sorted(Branch.kinds))
        raise ConfigError(f"branch_conf {value!r} has no `_type` that is one of {kinds}")
    fields = {key: field for key, field in value.items() if key != "_type"}
    try:
        return Branch.kinds[value["_type"]](**fields)
    except TypeError as error:
        raise ConfigError(f"branch_conf {value!r}: {error}") from error
