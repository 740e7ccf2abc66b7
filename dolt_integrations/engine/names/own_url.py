"""A URL that the program itself has given, whose pickles carry no password."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.server_url import without_password
from dolt_integrations.engine.names.trust import FromLiteral

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.engine.names.location import Location


class OwnUrl(str):
    """A URL of the program. Its pickle is a location from a literal, without the password.

    Only what `multiprocessing` and `ProcessPoolExecutor` send to processes of the same program keeps the password.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type[FromLiteral], tuple[str]]:
        """Pickle without the password, and as untrusted: anyone may have written a pickle that a program reads."""
        return FromLiteral, (without_password(str(self)),)

    def __copy__(self) -> OwnUrl:
        """Return itself: a copy by pickling would lack the password."""
        return self

    def __deepcopy__(self, memo: object) -> OwnUrl:
        """Return itself."""
        return self


def own_url(location: Location) -> Location:
    """Return a URL that the program gives as an `OwnUrl`; a directory or a URL of a literal unchanged.

    Example:
        >>> import pickle
        >>> pickle.loads(pickle.dumps(own_url("mysql://me:secret@db.local/shop")))
        'mysql://me@db.local/shop'
    """
    if type(location) is not str or "://" not in location:
        return location
    _keep_for_processes()
    return OwnUrl(location)


@cache
def _keep_for_processes() -> None:
    from multiprocessing.reduction import ForkingPickler  # imported only by programs that use a server

    ForkingPickler.register(OwnUrl, _handed_on)


def _handed_on(url: OwnUrl) -> tuple[Callable[[Location], Location], tuple[str]]:
    return own_url, (str(url),)
