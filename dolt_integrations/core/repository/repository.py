"""`Repository`: a database with its location, author, remote and hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.cards.repository import repository_card
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.inspect.history import history
from dolt_integrations.core.provenance.meta import metas_of
from dolt_integrations.core.reads.revision import find_version
from dolt_integrations.core.reads.scan import Scan
from dolt_integrations.core.repository.operations import Operations
from dolt_integrations.core.repository.table import Table
from dolt_integrations.core.transaction.transaction import Transaction
from dolt_integrations.engine import parse_author, parse_location, with_connect_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Author, Location
    from dolt_integrations.engine.sql.parameters import Params
    from dolt_integrations.render import Card


class Repository(Operations):
    """A Dolt database, with the settings that apply to all of its tables.

    Nothing is opened before it is used, and nothing stays open between two uses.

    Attributes:
        location: A directory, or a URL `mysql://user@host:port/database`.
        author: The author of commits; None is the identity in `dolt config`, otherwise `flyte <flyte@localhost>`.
        remote: The remote to clone or pull from before each save and load, and to push to after each save.
        hooks: Hooks that record every save and load.

    Example:
        >>> repository = Repository(folder, author="Ann <ann@example.com>")
        >>> users = repository.table("users", branch="main")
        >>> _ = users.write(pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}), key="id")
        >>> repository.sql("select name from users where id = %s", [2]).to_pandas()
          name
        0  Bob
    """

    def __init__(
        self,
        location: Location,
        *,
        author: Author | str | None = None,
        remote: RemoteConf = None,
        hooks: Metas = None,
        connect_args: Mapping[str, Any] | None = None,
    ) -> None:
        """Name the database. The first write creates the database in a missing or empty directory.

        Args:
            location: A directory or URL; see the attributes.
            author: `Name <email>`; see the attributes.
            remote: See the attributes.
            hooks: See the attributes.
            connect_args: Connection options with PyMySQL's names (see `with_connect_args`). They become part of the
                location.

        Raises:
            ConfigError: An argument is of the wrong kind, or the location is neither a path nor a URL.
        """
        self.location = with_connect_args(location, connect_args)
        parse_location(self.location)
        self.author = parse_author(author) if author is not None else None
        self.remote = Remote.parse(remote)
        self.hooks = metas_of(hooks)

    def __repr__(self) -> str:
        """Return the location without its password."""
        return f"Repository({str(parse_location(self.location))!r})"

    def _repr_html_(self) -> str:
        return self.card().html()

    def card(self) -> Card:
        """Return a card with branches, tables and newest commits. See `repository_card`.

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}))
            >>> "users" in repository.card().html()
            True
        """
        return repository_card(self.location)

    def table(self, name: str, branch: BranchConf = None) -> Table:
        """Return a handle on a table, which need not exist yet.

        Args:
            name: The table.
            branch: A branch's name or its config (`NewBranch`, `MergeBranch` ...); None is the default branch.

        Raises:
            InvalidNameError: Dolt does not accept the name for a table.
            ConfigError: The branch is neither a name nor a config.

        Example:
            >>> Repository("mysql://me@db/shop").table("users", branch="main")
            Repository('mysql://me@db:3306/shop').table('users', branch=SerialBranch(branch='main'))
        """
        return Table(self, name, Branch.parse(branch))

    def sql(self, query: str, params: Params = None, *, branch: BranchConf = None, as_of: AsOf | None = None) -> Scan:
        """Return a `Scan` of a query, which reads all tables at one version. Its methods run the query.

        Args:
            query: A read-only query, with `%s` or `%(name)s` for values.
            params: The values, in a list or a dict.
            branch: The branch; None is the default branch.
            as_of: A commit, tag, branch, `HEAD~2` or timestamp; None is the newest commit.

        Raises:
            ConfigError: The branch is neither a name nor a config, or the params do not match the query.
            QueryError: It is not a query.

        Example:
            >>> Repository("mysql://me@db/shop").sql("select * from users where id = %s", [2], as_of="v1")
            Scan(db='mysql://me@db:3306/shop', sql='select * from users where id = %s', params=[2], as_of='v1')
        """
        source = {"db": self.location, "branch_conf": Branch.parse(branch), "remote_conf": self.remote}
        return Scan({**source, "sql": query, "params": params, "as_of": as_of, "meta_conf": self.hooks})

    def transaction(self, branch: BranchConf = None, **options: Any) -> Transaction:
        """Return a `Transaction`: writes to several tables that land in one commit, or not at all.

        Args:
            branch: The branch that the work is merged into; None is the default branch.
            **options: Options of `Transaction`: `audit`, `tests`, `message`, `on_conflict` ...

        Raises:
            ConfigError: An option is of the wrong kind.

        Example:
            >>> repository = Repository(folder)
            >>> with repository.transaction(message="Open the shop") as work:
            ...     work.write("users", pd.DataFrame({"name": ["Ann"]}))
            ...     work.write("orders", pd.DataFrame({"item": ["tea"]}))
            >>> repository.tables()
            ['orders', 'users']
        """
        said = {"author": self.author, "meta_conf": self.hooks, "remote_conf": self.remote}
        return Transaction(self.location, Branch.parse(branch), **{**said, **options})

    def history(self, branch: BranchConf = None, as_of: AsOf | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return the commits of a branch, newest first; see `history`.

        Raises:
            DoltError: As `history`.

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), message="Add users")
            >>> repository.history(limit=1)["message"].tolist()
            ['Add users']
        """
        parsed = Branch.parse(branch)
        return history(self.location, branch_conf=parsed, as_of=as_of, remote_conf=self.remote, limit=limit)

    def version(self, branch: BranchConf = None, as_of: AsOf | None = None) -> Version:
        """Return the commit that a branch or `as_of` names now.

        Raises:
            NotFoundError: No such database, branch or version.

        Example:
            >>> repository = Repository(folder)
            >>> written = repository.table("users").write(pd.DataFrame({"id": [1]}))
            >>> repository.version().commit == written.commit
            True
        """
        return find_version(self.location, branch_conf=Branch.parse(branch), as_of=as_of, remote_conf=self.remote)
