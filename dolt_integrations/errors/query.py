"""Errors of queries."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class QueryError(DoltError):
    """The `sql` of a config cannot run."""


class QuerySyntaxError(QueryError):
    """The `sql` of a config does not parse."""


class WriteQueryError(QueryError):
    """The `sql` of a config is not a read-only query, or a statement writes in a read-only session."""
