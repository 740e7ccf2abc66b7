"""What a step does with `DoltDT`, what is recorded of it, how it is read again, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pandas as pd
import pytest
from metaflow import Run

from dolt_integrations import errors
from dolt_integrations.core import blame, history, read_table, write_table
from dolt_integrations.errors import ConfigError, KeyNotFoundError, NotFoundError, RunNotFoundError
from dolt_integrations.metaflow import DoltConfig, DoltDT, lineage
from tests.conftest import Repository, new_repository
from tests.helpers.frameworks.flows import FLOWS, OTHERS, USERS, Workplace


@dataclasses.dataclass
class Done:
    place: Workplace
    repository: Repository
    path: str
    replay_path: str
    plain_path: str

    @property
    def data(self):
        return Run(self.path)["start"].task.data

    @property
    def replay(self):
        return Run(self.replay_path)["start"].task.data

    @property
    def actions(self) -> dict[str, dict]:
        return Run(self.path).data.dolt["actions"]

    @property
    def config(self) -> DoltConfig:
        return DoltConfig(str(self.repository.path))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    place = Workplace(tmp_path_factory.mktemp("metaflow"))
    with place.at_home():
        repository, second = (prepare(new_repository(place.folder / name)) for name in ("db", "second"))
        plain = place.start(FLOWS / "plain_flow.py")
        path = place.run(FLOWS / "actions_flow.py", "--database", "db")
        replay = place.run(FLOWS / "actions_flow.py", "--database", "second", "--past", f"ActionsFlow/{path}")
        plain_path = f"PlainFlow/{plain.finish()}"
    assert second.branches()
    with place.client():
        yield Done(place, repository, f"ActionsFlow/{path}", f"ActionsFlow/{replay}", plain_path)


def prepare(repository: Repository) -> Repository:
    """A database with users, and a branch on which they have uncommitted changes."""
    write_table(repository.path, "users", USERS, primary_key="id", message="Add users")
    repository.dolt("branch", "dirty")
    repository.sql("call dolt_checkout('dirty'); update users set name = 'dirty'")
    return repository


def test_all_reads_of_a_block_see_the_commit_at_which_it_began(done: Done) -> None:
    assert done.data.users.equals(USERS)
    assert done.data.users_again.equals(USERS)
    assert done.data.count["n"].tolist() == [0]
    assert done.data.users_later.equals(OTHERS)


def test_a_block_is_one_commit_that_names_its_task(done: Done) -> None:
    task = Run(done.path)["start"].task.pathspec
    found = history(done.repository.path, "medians", branch_conf=None, as_of=done.actions["medians"]["commit"])

    assert done.data.written_commits == 1
    assert found["execution_id"].tolist() == [task]
    assert found["message"].iloc[0].splitlines()[0] == f"Run: {task}"


def test_writes_are_seen_when_the_block_has_ended(done: Done) -> None:
    assert done.data.errors["before the end"][0][0] == "TableNotFoundError"


def test_a_block_that_changes_nothing_makes_no_commit(done: Done) -> None:
    assert done.data.same_commits == 0


def test_the_levels_of_a_groupby_are_the_key_and_come_back_as_the_index(done: Done) -> None:
    at = done.actions["medians"]["commit"]
    keys = done.repository.sql("select column_name as c from information_schema.columns "
                               "where table_name = 'medians' and column_key = 'PRI'")  # fmt: skip

    pd.testing.assert_frame_equal(read_table(done.repository.path, "medians", as_of=at).data, done.data.medians)
    assert sorted(row["c"] for row in keys) == ["code", "state"]
    assert blame(done.repository.path, "medians", as_of=at).index.names == ["state", "code"]


def test_without_pks_a_named_index_is_the_key(done: Done) -> None:
    assert blame(done.repository.path, "variances", as_of=done.actions["variances"]["commit"]).index.name == "code"


def test_a_frame_is_written_as_it_was_when_write_was_called(done: Done) -> None:
    rows = read_table(done.repository.path, "copied", as_of=done.actions["copied"]["commit"]).data

    assert sorted(rows["name"]) == ["Ann", "Bob"]


def test_the_artifact_is_json(done: Done) -> None:
    artifact = Run(done.path).data.dolt

    assert type(artifact) is dict
    assert json.loads(json.dumps(artifact)) == artifact


def test_the_artifact_records_what_was_read(done: Done) -> None:
    action = done.actions["users"]

    assert (action["kind"], action["table_name"], action["key"]) == ("read", "users", "users")
    assert action["query"] == "SELECT * FROM `users`"
    assert action["commit"] == done.data.at["users"]
    assert action["pathspec"] == Run(done.path)["start"].task.pathspec
    assert done.actions["count"]["query"].startswith("SELECT COUNT(*)")
    assert done.actions["count"]["table_name"] is None


def test_the_artifact_records_what_was_written_where(done: Done) -> None:
    action = done.actions["people"]
    config = Run(done.path).data.dolt["configs"][action["config_id"]]

    assert (action["kind"], action["table_name"]) == ("write", "plain")
    assert action["commit"] == done.actions["copied"]["commit"]
    assert config["database"] == str(done.repository.path)


@pytest.mark.parametrize(("key", "name"), [("users", "users"), ("again", "users_again"), ("medians", "medians_read")])
def test_the_artifact_names_the_attribute_that_held_the_frame(key: str, name: str, done: Done) -> None:
    assert done.actions[key]["artifact_name"] == name


def test_a_frame_that_is_on_no_attribute_has_no_name(done: Done) -> None:
    assert done.actions["variances"]["artifact_name"] is None


def test_later_steps_add_to_the_artifact_and_lose_nothing(done: Done) -> None:
    rows = lineage(done.path)
    medians = rows[rows["key"] == "medians"]

    assert medians["kind"].tolist() == ["write", "read"]
    assert done.actions["medians"]["kind"] == "read"
    assert [name for name in done.actions if name.startswith("medians@start/")]


def test_a_branch_is_made_at_an_old_commit_and_read_there(done: Done) -> None:
    backtest = history(done.repository.path, branch_conf=None, as_of="backtest")

    assert done.data.old_users.equals(USERS)
    assert backtest["commit"].iloc[2] == done.data.at["users"]


def test_a_branch_that_is_there_is_written_on(done: Done) -> None:
    dolt = DoltDT(config=DoltConfig(str(done.repository.path), branch="backtest"))

    assert dolt.read("result")["id"].tolist() == [1]
    assert len(dolt.history("result")) == 2


def test_a_commit_is_read_directly(done: Done) -> None:
    assert done.data.direct.equals(USERS)


def test_a_write_makes_the_database_of_a_missing_directory(done: Done) -> None:
    assert read_table(done.place.folder / "made-by-a-write", "users").data.equals(USERS)


@pytest.mark.parametrize("source", ["path", "run", "artifact", "task"])
def test_a_run_is_read_as_it_read(source: str, done: Done) -> None:
    run = Run(done.path)
    given = {"path": done.path, "run": run, "artifact": run.data.dolt, "task": run["start"].task.pathspec}[source]

    for dolt in [DoltDT(audit=given)] + ([DoltDT(run=given)] if source != "artifact" else []):
        assert dolt.read("users").equals(USERS)
        assert dolt.read("later").equals(OTHERS)
        assert dolt.read("count")["n"].tolist() == [0]
        assert dolt.read("people").equals(USERS)


def test_a_query_in_place_of_a_historical_one_sees_the_same_commit(done: Done) -> None:
    dolt = DoltDT(run=done.path)

    assert dolt.sql("SELECT name FROM users ORDER BY id", as_key="users")["name"].tolist() == ["Ann", "Bob"]


def test_a_step_that_reads_a_historical_run_writes_where_its_config_says(done: Done) -> None:
    second = done.place.folder / "second"

    assert done.replay.replayed.equals(USERS)
    assert done.replay.replayed_sql["name"].tolist() == ["Ann", "Bob"]
    assert read_table(second, "replay", as_of="replay").data.equals(USERS)


def test_a_replay_records_the_commit_that_it_read(done: Done) -> None:
    artifact = Run(done.replay_path).data.dolt
    action = artifact["actions"]["replayed"]

    assert action["commit"] == done.actions["users"]["commit"]
    assert artifact["configs"][action["config_id"]]["database"] == str(done.repository.path)
    assert artifact["actions"]["replay"]["artifact_name"] == "replayed"


def test_get_run_is_the_last_that_changed_the_table_not_of_the_newest_commit(done: Done) -> None:
    dolt = DoltDT(config=done.config)

    path = dolt.get_run("medians")

    assert path == Run(done.path)["start"].task.pathspec
    assert path.run.pathspec == path.pathspec == done.path
    assert history(done.repository.path)["commit"].iloc[0] != history(done.repository.path, "medians")["commit"].iloc[0]


def test_get_run_looks_at_a_branch_or_a_commit(done: Done) -> None:
    dolt = DoltDT(config=done.config)
    commit = done.actions["second result"]["commit"]

    assert dolt.get_run("result", branch="backtest").pathspec == done.path
    assert dolt.get_run("result", commit=commit) == dolt.get_run("result", commit)
    with pytest.raises(NotFoundError):
        dolt.get_run("result")


def test_a_table_that_no_run_wrote_has_no_run(done: Done) -> None:
    with pytest.raises(RunNotFoundError, match="no Metaflow run has changed table `users`"):
        DoltDT(config=done.config).get_run("users", commit=done.data.at["users"])


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("raising", "DoltError", "the step's own"),
        ("duplicate read", "ConfigError", "'k' is already used for the read of users"),
        ("duplicate write", "ConfigError", "'never there' is already used for the write of lost"),
        ("nulls", "PrimaryKeyError", "'id' of table `nulls` has 1 NULL in row 1"),
        ("null in index", "PrimaryKeyError", "'id' of table `nulls` has 1 NULL in row 1"),
        ("duplicates", "PrimaryKeyError", "duplicates"),
        ("unknown pk", "PrimaryKeyError", "Did you mean `id`?"),
        ("no table", "TableNotFoundError", "userz"),
        ("no frame", "DataError", "a list, not a pandas DataFrame"),
        ("no branch", "BranchNotFoundError", "mian"),
        ("commit without branch", "ConfigError", "does not name a branch to write to"),
        ("audit without config", "ConfigError", "read-only"),
        ("outside of with", "ConfigError", "only inside its `with` block"),
        ("writing sql", "WriteQueryError", ""),
        ("conflict", "MergeConflictError", "`users`"),
        ("dirty", "UncommittedChangesError", "`users`"),
    ],
)
def test_a_mistake_in_a_step_is_an_error_of_ours(name: str, error: str, text: str, done: Done) -> None:
    classes, message = done.data.errors[name]

    assert classes[0] == error
    assert issubclass(getattr(errors, classes[0]), errors.DoltError)
    assert text in message


def test_mistakes_leave_nothing(done: Done) -> None:
    assert done.data.mistaken_commits == 0
    assert "lost" not in [row["Tables_in_db"] for row in done.repository.sql("show tables")]
    assert "never there" not in done.actions
    assert done.actions["read before the error"]["commit"]
    assert "never-made" not in done.repository.branches()


def test_a_conflict_keeps_both_works(done: Done) -> None:
    message = done.data.errors["conflict"][1]
    kept = next(branch for branch in done.repository.branches() if branch.startswith("dolt-integrations/kept/"))

    assert kept in message
    assert read_table(done.repository.path, "users").data["name"].tolist() == ["theirs", "theirs"]
    assert done.data.kept == kept
    assert read_table(done.repository.path, "users", as_of=kept).data["name"].tolist() == ["ours", "ours"]


def test_uncommitted_work_is_not_read_and_stays(done: Done) -> None:
    assert done.data.clean_read.equals(USERS)
    printed = done.repository.dolt("sql", "-q", "call dolt_checkout('dirty'); select id, name from users")
    assert "| 1  | dirty |" in printed


def test_the_root_logger_is_not_touched(done: Done) -> None:
    assert done.data.root_before == done.data.root_after


@pytest.mark.parametrize("path", ["ActionsFlow/1", "NoFlow/1", "ActionsFlow", "", "a/b/c/d/e", "//"])
def test_a_run_that_does_not_exist_is_an_error(path: str, done: Done) -> None:
    with pytest.raises(RunNotFoundError):
        DoltDT(run=path)
    with pytest.raises(RunNotFoundError):
        DoltDT(audit=path)


def test_a_run_without_a_dolt_artifact_is_an_error(done: Done) -> None:
    with pytest.raises(RunNotFoundError, match=r"no task of run PlainFlow/.* has a `dolt` artifact"):
        DoltDT(run=done.plain_path)


def test_a_key_that_is_not_in_the_run_is_an_error_with_the_nearest(done: Done) -> None:
    dolt = DoltDT(run=done.path)

    with pytest.raises(KeyNotFoundError, match="Did you mean `medians`"):
        dolt.read("median")
    with pytest.raises(KeyNotFoundError):
        dolt.sql("SELECT 1", as_key="nothing")
    with pytest.raises(ValueError, match="nothing"):
        dolt.get_run("nothing")


def test_two_past_runs_are_an_error(done: Done) -> None:
    with pytest.raises(ConfigError, match="another as `audit`"):
        DoltDT(run=done.path, audit=done.path)
