"""Promoting a branch: forward or by a merge, audited before it lands."""

from __future__ import annotations

import pytest

from dolt_integrations import Repository
from dolt_integrations.errors import (
    AuditError,
    BranchNotFoundError,
    ConfigError,
    MergeConflictError,
)
from tests.helpers.saves.manage import names, orders


def test_a_branch_is_promoted_forward_and_then_has_been(shop: Repository) -> None:
    version = shop.promote("run/1")

    assert (version.changed, version.branch) == (True, "main")
    assert version.commit == shop.version("run/1").commit
    assert shop.promote("run/1") == type(version)(version.commit, "main")


def test_a_promotion_beside_other_commits_is_a_merge(shop: Repository) -> None:
    shop.table("orders").write(orders(3), mode="append")

    shop.promote("run/1", message="Land run 1")

    assert shop.table("orders").read()["id"].tolist() == [1, 2, 3]
    assert shop.history()["message"].iloc[0] == "Land run 1"


def test_an_audit_sees_what_would_land_and_may_refuse_it(shop: Repository) -> None:
    shop.table("orders").write(orders(3), mode="append")
    head, seen = shop.version().commit, []

    def audit(new):
        seen.append((new.tables, sorted(new.read("orders").data["id"]), len(new.diff("orders"))))
        return False

    with pytest.raises(AuditError, match="'main' is unchanged"):
        shop.promote("run/1", audit=audit)

    assert seen == [(("orders",), [1, 2, 3], 1)]
    assert (shop.version().commit, names(shop)) == (head, ["main", "run/1"])


def test_an_audit_that_raises_refuses_what_would_land(shop: Repository) -> None:
    head = shop.version().commit

    with pytest.raises(AuditError, match=r"the audit raised KeyError: 'amount'.*'main' is unchanged") as caught:
        shop.promote("run/1", audit=lambda new: {}["amount"])

    assert isinstance(caught.value.__cause__, KeyError)
    assert shop.version().commit == head


def test_what_others_commit_during_the_audit_is_audited_too(shop: Repository) -> None:
    seen = []

    def audit(new):
        seen.append(sorted(new.read("orders").data["id"]))
        if len(seen) == 1:
            shop.table("orders").write(orders(3), mode="append")

    shop.promote("run/1", audit=audit)

    assert seen == [[1, 2], [1, 2, 3]]
    assert shop.table("orders").read()["id"].tolist() == [1, 2, 3]


def test_a_promotion_that_conflicts_changes_nothing_unless_a_side_wins(shop: Repository) -> None:
    shop.table("orders").write(orders(2, amounts=[0]), mode="append")
    head = shop.version().commit

    with pytest.raises(MergeConflictError, match="'run/1' does not merge into 'main'") as caught:
        shop.promote("run/1")
    assert caught.value.conflicts[0].rows[0].theirs == {"id": 2, "amount": 20}
    assert shop.version().commit == head

    shop.promote("run/1", on_conflict="theirs")
    assert shop.table("orders").read()["amount"].tolist() == [10, 20]


def test_promotions_that_cannot_be_are_errors(shop: Repository) -> None:
    with pytest.raises(BranchNotFoundError, match="run/1"):
        shop.promote("run1")
    with pytest.raises(BranchNotFoundError, match="main"):
        shop.promote("run/1", into="mian")
    with pytest.raises(ConfigError, match="itself"):
        shop.promote("main")
    with pytest.raises(ConfigError, match="audit"):
        shop.promote("run/1", audit="strict")
