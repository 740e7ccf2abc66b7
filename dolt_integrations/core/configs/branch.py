"""Branch configs: which branch a save writes to and a load reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from dolt_integrations.core.configs.on_conflict import check_on_conflict
from dolt_integrations.core.configs.options import made_of, shown_kind
from dolt_integrations.errors import ConfigError


@dataclass(frozen=True)
class Branch:
    """The base of all branch configs. `None` in place of one is `SerialBranch()`.

    Example:
        >>> Branch.parse("main").name
        'main'
    """

    kinds: ClassVar[dict[str, type[Branch]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Register the class by its name, by which it is serialised."""
        super().__init_subclass__(**kwargs)
        Branch.kinds[cls.__name__] = cls

    def __post_init__(self) -> None:
        """Accept a branch config in place of the name of a branch.

        Raises:
            ConfigError: A name is not a string.
        """
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in _NAMES and not (value is None and field.default is None):
                object.__setattr__(self, field.name, named_branch(value, f"{field.name} of {type(self).__name__}"))

    @classmethod
    def parse(cls, value: BranchConf, what: str = "branch_conf") -> Branch | None:
        """Make a branch config from what users write: the name of an existing branch, or a mapping.

        Raises:
            ConfigError: It is neither, or a field of the mapping is wrong.

        Example:
            >>> Branch.parse("main")
            SerialBranch(branch='main')
        """
        if isinstance(value, str):
            return SerialBranch(value)
        if value is None or (isinstance(value, Branch) and type(value) is not Branch):
            return value
        if isinstance(value, Mapping):
            return made_of(value, Branch.kinds, what)
        hint = 'Pass the name of a branch, or one of NewBranch("run/1"), AppendBranch("main"), MergeBranch(...).'
        raise ConfigError(f"{what} is {shown_kind(value)}, not a branch", hint=hint)

    @property
    def name(self) -> str | None:
        """The branch that is written and read. None is the database's default branch."""
        raise NotImplementedError

    @property
    def creates(self) -> bool:
        """Whether a save creates the branch if it is missing. A load never does."""
        return False

    @property
    def start(self) -> str | None:
        """Where a new branch starts: a branch, tag or commit. None is the default branch."""
        return None

    @property
    def merges(self) -> bool:
        """Whether a save starts elsewhere and is then merged into the branch."""
        return False

    @property
    def resolution(self) -> str | None:
        """Which side wins if that merge conflicts, one of `SIDES`. None raises an error."""
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the config as a JSON object for `branch_from_dict`.

        Example:
            >>> NewBranch("run/1").to_dict()
            {'_type': 'NewBranch', 'branch': 'run/1', 'base': None}
        """
        return {"_type": type(self).__name__, **dataclasses.asdict(self)}


BranchConf: TypeAlias = Branch | Mapping[str, Any] | str | None
"""What users may give for a branch config: a config, its `to_dict`, or the name of an existing branch."""

_NAMES = ("branch", "base", "branch_from", "merge_to")


def named_branch(value: object, what: str) -> str:
    """Return the name of a branch, given as such or by the config of an existing branch.

    Raises:
        ConfigError: It is neither a string nor a config that only names a branch.

    Example:
        >>> named_branch(AppendBranch("main"), "branch")
        'main'
    """
    if isinstance(value, (SerialBranch, AppendBranch)):
        value = value.branch
    if not isinstance(value, str):
        raise ConfigError(f"{what} is {shown_kind(value)}, not the name of a branch", hint="Pass a string.")
    return value


@dataclass(frozen=True)
class SerialBranch(Branch):
    """Commits follow each other on one existing branch.

    Attributes:
        branch: The branch. None is the database's default branch (for a directory, the one checked out there).

    Example:
        >>> SerialBranch("main").name
        'main'
    """

    branch: str | None = None

    @property
    def name(self) -> str | None:
        """The branch to commit to and read. None is the default branch."""
        return self.branch


@dataclass(frozen=True)
class AppendBranch(Branch):
    """A new commit at the head of an existing branch.

    Example:
        >>> AppendBranch(branch="main").name
        'main'
    """

    branch: str

    @property
    def name(self) -> str:
        """The branch to commit to and read."""
        return self.branch


@dataclass(frozen=True)
class NewBranch(Branch):
    """A separate branch for a run: the first save creates it, later ones add commits.

    Attributes:
        branch: The branch.
        base: The branch, tag or commit to create it from. None is the default branch.

    Example:
        >>> NewBranch("run/1", base="main").start
        'main'
    """

    branch: str
    base: str | None = None

    @property
    def name(self) -> str:
        """The run's branch."""
        return self.branch

    @property
    def creates(self) -> bool:
        """True: the first save creates it."""
        return True

    @property
    def start(self) -> str | None:
        """The revision to create it from. None is the default branch."""
        return self.base


@dataclass(frozen=True)
class MergeBranch(Branch):
    """Work that starts at an old version or another branch and is then merged into an existing branch.

    A save is committed on a private branch that starts at `branch_from` and is merged into `merge_to` by a fast-forward
    or a merge commit. Other writers' changes on `merge_to` are kept. A load reads `merge_to`.

    Attributes:
        branch_from: The branch, tag or commit to start at.
        merge_to: The branch to merge into.
        on_conflict: Where both sides changed a row, `ours` keeps that of `merge_to` and `theirs` that of the save.
            With None the save raises `MergeConflictError`, and the branch with its work is kept.

    Example:
        >>> MergeBranch(branch_from="c2", merge_to="master").name
        'master'
    """

    branch_from: str
    merge_to: str
    on_conflict: str | None = None

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ConfigError: `on_conflict` is neither None nor one of `SIDES`, or a name is not a string.
        """
        super().__post_init__()
        check_on_conflict(self.on_conflict)

    @property
    def name(self) -> str:
        """The branch that the work is merged into, which loads read."""
        return self.merge_to

    @property
    def start(self) -> str:
        """The branch, tag or commit that the work starts from."""
        return self.branch_from

    @property
    def merges(self) -> bool:
        """True: the save starts at `branch_from` and is merged into `merge_to`."""
        return True

    @property
    def resolution(self) -> str | None:
        """Which side wins conflicts: `on_conflict`."""
        return self.on_conflict
