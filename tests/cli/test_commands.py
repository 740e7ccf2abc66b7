"""The command line `dolt-integrations`: tables for people, JSON for programs, exit codes."""

from __future__ import annotations

import decimal
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from dolt_integrations import Repository
from dolt_integrations.cli.exits import code_of
from dolt_integrations.cli.main import cli, main
from dolt_integrations.cli.output import cell_of, plain, records_of
from dolt_integrations.core import NewBranch
from dolt_integrations.errors import (
    AuditError,
    ConfigError,
    DataError,
    DoltError,
    MergeConflictError,
    ServerLostError,
    StorageError,
    TableNotFoundError,
    UnmergedBranchError,
)
from tests.conftest import run_sql
from tests.helpers.saves.manage import orders, three_runs

Command = Callable[..., Result]


@pytest.fixture
def shop(database: str) -> Repository:
    """Three tables that three runs have written."""
    return three_runs(database)


@pytest.fixture
def run(database: str) -> Command:
    """Return a function that runs a command on the database and checks its exit code."""

    def call(command: str, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, [command, database, *arguments])
        assert result.exit_code == code, result.output
        return result

    return call


def parsed(result: Result) -> Any:
    return json.loads(result.stdout)


def test_log_names_the_execution_of_each_commit(shop: Repository, run: Command) -> None:
    found = parsed(run("log", "orders", "--json"))

    assert [each["execution_id"] for each in found] == ["Import/3/load/4", "Import/2/load/2", "Import/1/load/1"]
    newest = run("log", "orders", "-n", "1").stdout.splitlines()
    assert newest[1].split()[-2:] == ["Run:", "Import/3/load/4"]
    assert len(newest) == 2
    assert len(parsed(run("log", "--json"))) == len(shop.history())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk")
def test_a_picture_that_cannot_be_written_is_an_error_in_one_line(
    shop: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "lineage", str(shop.location), "orders", "--svg", "/dev/full"])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 1
    assert capsys.readouterr().err == "Error: cannot write the output: [Errno 28] No space left on device\n"


def test_show_gives_the_columns_and_the_first_rows(shop: Repository, run: Command) -> None:
    found = parsed(run("show", "orders", "-n", "2", "--json"))

    assert found["columns"][0] == {"column": "id", "type": "bigint", "key": True, "null": False, "comment": ""}
    assert (found["rows"], found["first"]) == (4, [{"id": 1, "amount": 10}, {"id": 2, "amount": -2}])
    assert "4 rows" not in run("show", "orders", "--as-of", "HEAD~5").stdout
    assert re.match(r"tables: log, orders, users\n\nbranch +commit", run("show").stdout)


def test_diff_and_compare_end_with_one_where_there_are_differences(shop: Repository, run: Command) -> None:
    table = run("diff", "orders", "HEAD~6", "HEAD", "--exit-code", code=1).stdout.splitlines()
    assert table[0].split() == ["diff_type", "from_id", "to_id", "from_amount", "to_amount"]
    assert {line.split()[0] for line in table[1:]} == {"added", "modified"}
    assert run("diff", "orders", "HEAD", "--exit-code").stdout == "(no differences)\n"

    assert parsed(run("compare", "Import/1", "Import/2", "--exit-code", "--json", code=1))[1] == {
        "table": "orders", "change": "modified", "rows_added": 1, "rows_changed": 1, "rows_removed": 0, "schema": "",
    }  # fmt: skip
    run("compare", "HEAD", "main", "--exit-code")


def test_blame_and_runs_name_who_wrote(shop: Repository, run: Command) -> None:
    assert [(row["id"], row["execution_id"]) for row in parsed(run("blame", "orders", "--json"))] == [
        (1, "Import/1/load/1"), (2, "Import/2/load/2"), (3, "Import/2/load/2"), (4, "Import/3/load/4"),
    ]  # fmt: skip
    assert [(row["run"], row["commits"]) for row in parsed(run("runs", "--json"))] == [
        ("Import/3", 3), ("Import/2", 3), ("Import/1", 2),
    ]  # fmt: skip
    assert len(run("runs", "-n", "1").stdout.splitlines()) == 2


def test_lineage_names_what_a_run_had_read(shop: Repository, run: Command) -> None:
    read = shop.version().commit
    message = f"Run: Report/1/s/1\n\nFlyte-Input: {read} orders of {shop.location}"
    shop.table("report").write(orders(1), key="id", message=message)

    (row,) = parsed(run("lineage", "report", "--depth", "1", "--json"))

    assert (row["execution_id"], row["input_table"], row["input_commit"]) == ("Report/1/s/1", "orders", read)
    assert "Report/1/s/1" in run("lineage", "report").stdout
    assert [(each["input"], each["commit"]) for each in parsed(run("inputs", "Report/1", "--json"))] == [
        ("orders", read)
    ]
    (event,) = parsed(run("lineage", "report", "--depth", "1", "--openlineage"))
    assert [each["name"].split(".")[-1] for each in event["inputs"] + event["outputs"]] == ["orders", "report"]


def test_lineage_is_drawn_into_a_file_that_is_there_only_when_it_is_drawn(
    shop: Repository, run: Command, tmp_path: Path
) -> None:
    picture = tmp_path / "orders.svg"

    run("lineage", "order", "--svg", str(picture), code=3)
    assert not picture.exists()
    assert run("lineage", "orders", "--svg", str(picture)).stdout == ""

    drawn = picture.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>")
    assert "Import/3/load/4" in drawn


def test_a_run_is_reverted_and_a_table_restored(shop: Repository, run: Command) -> None:
    run("revert", "Import/2", "--author", "Ann <ann@example.com>", "-m", "Undo the bad import")

    newest = shop.history().iloc[0]
    assert (newest["author"], newest["message"].splitlines()[0]) == ("Ann", "Undo the bad import")
    assert run("revert", "Import/2").stdout.startswith("nothing to do: main stays at ")
    assert parsed(run("runs", "--json"))[1]["reverted"]

    done = parsed(run("restore", "orders", "--to", "HEAD~1", "--json"))
    assert done == {"commit": shop.version().commit, "branch": "main", "changed": True}


def test_a_conflict_lists_the_rows_and_ends_with_four(shop: Repository, run: Command) -> None:
    shop.table("orders").write(orders(4, amounts=[44]), mode="upsert")

    result = run("revert", "Import/3", code=4)

    assert "Nothing is changed" in result.stderr
    assert (
        "  orders: 1 in conflict (data)\n    was {'id': 4, 'amount': 40}; is {'id': 4, 'amount': 44}" in result.stderr
    )


def test_a_branch_is_promoted_and_pruned_after_a_look(shop: Repository, run: Command) -> None:
    shop.table("orders", branch=NewBranch("run/1")).write(orders(7), mode="append", message="Run: Import/7/load/1")

    assert run("promote", "run/1").stdout.startswith("main is now at ")
    assert "Nothing has changed. Pass --delete" in run("prune").stdout
    assert [row["action"] for row in parsed(run("prune", "--delete", "--json"))] == ["deleted"]
    assert run("prune").stdout == "(no branches of runs)\n"
    assert run("gc").stdout == "done\n"


def test_a_branch_is_promoted_only_after_dolts_tests_if_they_are_asked_for(
    shop: Repository, run: Command, database: str
) -> None:
    test = "INSERT INTO dolt_tests VALUES ('none', 'shop', 'SELECT * FROM orders', 'expected_rows', '==', '0')"
    run_sql(database, test, "CALL DOLT_COMMIT('-Am', 'a test')")
    shop.table("orders", branch=NewBranch("run/1")).write(orders(7), mode="append")

    assert "none" in run("promote", "run/1", "--tests", code=4).output
    assert run("promote", "run/1").stdout.startswith("main is now at ")


def test_an_unmerged_branch_that_is_pruned_leaves_a_tag_unless_its_commits_are_to_be_lost(
    shop: Repository, run: Command, database: str
) -> None:
    for name in ("run/1", "run/2"):
        shop.table("orders", branch=NewBranch(name)).write(orders(7), mode="append", message="Run: Import/7/load/1")
    kept = shop.version("run/1").commit

    run("prune", "--older-than", "0", "--like", "run/1", "--delete")
    run("prune", "--older-than", "0", "--like", "run/2", "--delete", "--lose-commits")

    assert run_sql(database, "SELECT tag_hash FROM dolt_tags") == [(kept,)]


def test_a_table_of_a_branch_is_shown_and_restored_there(shop: Repository, run: Command) -> None:
    shop.table("orders", branch=NewBranch("run/1")).write(orders(7), mode="append")

    assert parsed(run("show", "orders", "-b", "run/1", "--json"))["rows"] == 5
    assert parsed(run("log", "orders", "-b", "run/1", "--json", "--as-of", "main"))[0]["execution_id"]
    assert "added" in run("diff", "orders", "-b", "run/1").stdout
    assert parsed(run("restore", "orders", "--to", "main", "-b", "run/1", "--json"))["branch"] == "run/1"
    assert parsed(run("show", "orders", "-b", "run/1", "--json"))["rows"] == 4


def test_a_program_reads_what_was_freed_and_which_tables_and_branches_there_are(shop: Repository, run: Command) -> None:
    assert parsed(run("gc", "--json")) == {"freed": None}
    found = parsed(run("show", "--json"))
    assert found["tables"] == ["log", "orders", "users"]
    assert [(each["branch"], each["commit"]) for each in found["branches"]] == [("main", shop.version().commit)]


def test_data_that_earlier_collections_kept_is_examined_only_if_asked_for(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(Repository, "gc", lambda self, *, full: asked.append(full))

    run("gc"), run("gc", "--full")

    assert asked == [False, True]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (AuditError, 4), (MergeConflictError, 4), (UnmergedBranchError, 4), (ServerLostError, 5), (ConfigError, 2),
        (DataError, 2), (TableNotFoundError, 3), (StorageError, 1),
    ],
)  # fmt: skip
def test_an_error_of_each_kind_has_its_code(kind: type[DoltError], code: int) -> None:
    assert code_of(kind("a problem")) == code


def test_errors_have_codes_and_name_what_is_near(shop: Repository, run: Command, database: str) -> None:
    assert "Did you mean `orders`?" in run("log", "order", code=3).stderr
    assert "Import/2" in run("revert", "Import/8", code=3).stderr
    assert run("promote", "main", code=2).stderr.startswith("Error: cannot promote branch 'main' into itself")
    assert run("diff", code=2).stderr.startswith("Usage:")
    nowhere = database.replace("127.0.0.1", "127.0.0.1:1/x?").split("?")[0]
    result = CliRunner().invoke(cli, ["log", nowhere])
    assert (result.exit_code, result.stdout) == (5, "")


def test_doctor_lists_kept_work_and_fails_where_nothing_answers(shop: Repository, run: Command) -> None:
    shop.branches.create(f"dolt-integrations/kept/{shop.version().commit}")
    run_sql(str(shop.location), "UPDATE orders SET amount = 1 WHERE id = 1")

    found = {check["name"]: check for check in parsed(run("doctor", "--json"))}

    assert found["kept work"]["status"] == found["uncommitted work"]["status"] == "warning"
    assert [found[name]["status"] for name in ("database", "rights", "clock", "packages")] == ["ok"] * 4
    assert shop.branches.list()["branch"].str.contains("work/").sum() == 0
    result = CliRunner().invoke(cli, ["doctor", "mysql://root@127.0.0.1:1/shop", "--json"])
    assert (result.exit_code, parsed(result)[-1]["status"]) == (1, "failed")


def test_tables_and_branches_are_completed(shop: Repository, database: str) -> None:
    def completed(*words: str) -> list[str]:
        environment = {
            **os.environ, "COMP_WORDS": " ".join(["dolt-integrations", *words]), "COMP_CWORD": str(len(words)),
        }  # fmt: skip
        result = CliRunner(env=environment).invoke(
            cli, [], prog_name="dolt-integrations", env={**environment, "_DOLT_INTEGRATIONS_COMPLETE": "bash_complete"},
            complete_var="_DOLT_INTEGRATIONS_COMPLETE",
        )  # fmt: skip
        return [line.partition(",")[2] for line in result.stdout.splitlines() if line]

    assert completed("log", database, "or") == ["orders"]
    assert completed("promote", database, "ma") == ["main"]
    assert completed("revert", database, "Import/3") == ["Import/3"]
    assert completed("log", "mysql://root@127.0.0.1:1/x", "or") == []
    assert "_DOLT_INTEGRATIONS_COMPLETE=zsh_complete" in CliRunner().invoke(cli, ["completion", "zsh"]).stdout


def test_the_program_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "dolt_integrations", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Usage: dolt-integrations")


def test_values_are_printed_as_json_has_them_and_nothing_is_obeyed() -> None:
    frame = pd.DataFrame(
        {"at": [pd.Timestamp("2026-01-02", tz="UTC"), pd.NaT], "data": [b"\x00\xff", {"a": [1, None]}]}
    )

    assert records_of(frame) == [
        {"at": "2026-01-02T00:00:00+00:00", "data": "00ff"},
        {"at": None, "data": {"a": [1, None]}},
    ]
    assert plain(float("nan")) is None
    assert plain([np.int64(3), np.bool_(True), (decimal.Decimal("1.50"),)]) == [3, True, ["1.50"]]
    assert cell_of("\x1b]0;title\x07<b>") == "\\x1b]0;title\\x07<b>"


def test_a_table_is_shown_to_no_one_where_the_output_is_closed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository(database).table("t").write(pd.DataFrame({"a": [1]}))
    monkeypatch.setattr(sys, "stdout", None)

    cli(["show", database, "t"], standalone_mode=False)


def test_long_values_are_whole_where_no_one_looks_at_a_terminal(run: Command, database: str) -> None:
    Repository(database).table("t").write(pd.DataFrame({"a": ["x" * 100]}))

    assert "x" * 100 in run("show", "t").stdout


def test_names_of_tables_are_not_obeyed_in_lists_and_errors(run: Command, database: str) -> None:
    run_sql(database, "CREATE TABLE `a\x1b[31m` (id INT PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'a')")

    assert run("show").stdout.startswith("tables: a\\x1b[31m\n")
    assert "`a\\x1b[31m`" in run("show", "a\x1b[31", code=3).stderr
