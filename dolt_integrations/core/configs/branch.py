"""Which branch a save goes to and a load comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from dolt_integrations.core.configs.options import made_of, shown_kind
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import shown

SIDES = ("ours", "theirs")
"""What resolves a conflict: the version of the branch that is merged into, or that of what is merged."""


def check_on_conflict(on_conflict: str | None) -> None:
    """Refuse what resolves nothing.

    Raises:
        ConfigError: It is neither None nor one of `SIDES`.
    """
    if on_conflict is not None and on_conflict not in SIDES:
        raise ConfigError(f"on_conflict is {shown(on_conflict)}", hint="Give 'ours', 'theirs' or None.")


@dataclass(frozen=True)
class Branch:
    """The base of all branch configs. `None` in place of one is `SerialBranch()`."""

    kinds: ClassVar[dict[str, type[Branch]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Make the kind known by its name, which is how it travels."""
        super().__init_subclass__(**kwargs)
        Branch.kinds[cls.__name__] = cls

    def __post_init__(self) -> None:
        """Take the names of branches; of another branch config, its name.

        Raises:
            ConfigError: A name is not a text.
        """
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in _NAMES and not (value is None and field.default is None):
                object.__setattr__(self, field.name, named_branch(value, f"{field.name} of {type(self).__name__}"))

    @classmethod
    def parse(cls, value: BranchConf, what: str = "branch_conf") -> Branch | None:
        """Make a branch config of what a user gives for one: the name of a branch that exists, or a mapping.

        Raises:
            ConfigError: It is something else, or a field of the mapping is wrong.

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
        hint = 'Give the name of a branch, or one of NewBranch("run/1"), AppendBranch("main"), MergeBranch(...).'
        raise ConfigError(f"{what} is {shown_kind(value)}, not a branch", hint=hint)

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

    @property
    def merges(self) -> bool:
        """Whether a save begins at a start of its own and is merged into the branch."""
        return False

    @property
    def resolution(self) -> str | None:
        """Which side wins where such a merge conflicts, one of `SIDES`; None raises."""
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the config as a JSON object that `branch_from_dict` understands.

        Example:
            >>> NewBranch("run/1").to_dict()
            {'_type': 'NewBranch', 'branch': 'run/1', 'base': None}
        """
        return {"_type": type(self).__name__, **dataclasses.asdict(self)}


BranchConf: TypeAlias = Branch | Mapping[str, Any] | str | None
"""What is understood as a branch config: one, its `to_dict`, or the name of a branch that exists."""

_NAMES = ("branch", "base", "branch_from", "merge_to")


def named_branch(value: object, what: str) -> str:
    """Return the name of a branch, which may be given by the config of one that exists.

    Raises:
        ConfigError: It is not a text, or a config that says more than a name.
    """
    if isinstance(value, (SerialBranch, AppendBranch)):
        value = value.branch
    if not isinstance(value, str):
        raise ConfigError(f"{what} is {shown_kind(value)}, not the name of a branch", hint="Give it as a text.")
    return value


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
        """Refuse what resolves no conflict, and names that are none.

        Raises:
            ConfigError: `on_conflict` is neither None nor one of `SIDES`, or a name is not a text.
        """
        super().__post_init__()
        check_on_conflict(self.on_conflict)

    @property
    def name(self) -> str:
        """The branch that is merged into."""
        return self.merge_to

    @property
    def start(self) -> str:
        """Where the work begins."""
        return self.branch_from

    @property
    def merges(self) -> bool:
        """It does."""
        return True

    @property
    def resolution(self) -> str | None:
        """What `on_conflict` says."""
        return self.on_conflict


def branch_from_dict(value: Branch | Mapping[str, Any] | None) -> Branch | None:
    """Make a branch config of what `Branch.to_dict` returned.

    Raises:
        ConfigError: There is no such kind of branch, or a field is wrong.

    Example:
        >>> branch_from_dict({"_type": "NewBranch", "branch": "run/1"})
        NewBranch(branch='run/1', base=None)
    """
    if isinstance(value, str):
        raise ConfigError(f"branch_conf {shown(value)} has no `_type` that is one of {', '.join(sorted(Branch.kinds))}")
    return Branch.parse(value)
