"""What a `Transaction` is asked to do: the branch that it lands on, where it starts, and its commit."""

from __future__ import annotations

from dataclasses import dataclass, field

from dolt_integrations.core.branches.merges.merge import Superseded
from dolt_integrations.core.configs.branch import Branch
from dolt_integrations.core.configs.on_conflict import check_on_conflict
from dolt_integrations.core.configs.options import check_flag, check_text
from dolt_integrations.core.provenance.write_id import check_write_id
from dolt_integrations.engine import Author


@dataclass(frozen=True)
class BlockOptions:
    """The arguments of a `Transaction` (see there).

    Attributes:
        target: The branch config of the branch to land on.
        branch: The name of that branch. None is the default branch.
        branch_from: The branch, tag or commit to start from, if it was given.
        create: Whether to create the branch, even if its config does not.
        message: The commit message, without the trailers that the block adds.
        author: The commit's author. None is the database's.
        on_conflict: Which side wins conflicts. None raises an error.
        write_id: The user's name for the write, or None.
        superseded: The writes of earlier attempts to take back, by table.
    """

    target: Branch
    branch: str | None
    branch_from: str | None
    create: bool
    message: str
    author: Author | None
    on_conflict: str | None
    write_id: str | None
    superseded: Superseded = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ConfigError: A field has the wrong type, or `on_conflict` is unknown.
        """
        check_on_conflict(self.on_conflict)
        check_write_id(self.write_id)
        check_text(self.message, "message")
        check_flag(self.create, "create")

    @property
    def creates(self) -> bool:
        """Whether to create the branch if it does not exist."""
        return self.create or self.target.creates

    def origin(self, *, is_new: bool) -> str | None:
        """Return the revision to start from. None is the branch's head, or the default branch's if it is created.

        Args:
            is_new: Whether the block creates the branch.
        """
        if self.branch_from is not None:
            return self.branch_from
        return self.target.start if self.target.merges or (is_new and self.target.creates) else None
