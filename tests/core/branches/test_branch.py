import pickle

import pandas as pd
import pytest

from dolt_integrations.core import (
    AppendBranch,
    Branch,
    NewBranch,
    SerialBranch,
    branch_from_dict,
    read_table,
    write_table,
)
from dolt_integrations.errors import BranchNotFoundError, ConfigError, InvalidNameError, NotFoundError
from tests.conftest import run_sql

FRAME = pd.DataFrame({"a": [1]})
CONFIGS = [
    SerialBranch(),
    SerialBranch("main"),
    AppendBranch("main"),
    NewBranch("run/1"),
    NewBranch("run/1", base="v1"),
]


def branches(url):
    return dict(run_sql(url, "SELECT name, hash FROM dolt_branches"))


@pytest.mark.parametrize("config", CONFIGS)
def test_a_config_survives_its_journey_as_json(config):
    assert branch_from_dict(config.to_dict()) == config


@pytest.mark.parametrize("config", CONFIGS)
def test_a_config_survives_pickling(config):
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - made here


@pytest.mark.parametrize("config", [None, *CONFIGS])
def test_what_is_a_config_already_is_left_alone(config):
    assert branch_from_dict(config) is config


@pytest.mark.parametrize(
    "value",
    [{}, NewBranch, {"_type": "Branch5"}, {"branch": "main"}, {"_type": "NewBranch"}, "main", 5, ["main"],
     {"_type": None}, {"_type": "NewBranch", "branch": "a", "colour": 1}, {"_type": ["NewBranch"]}],
)  # fmt: skip
def test_what_is_no_config_is_an_error(value):
    with pytest.raises(ConfigError):
        branch_from_dict(value)


def test_the_error_names_the_kinds_that_there_are():
    with pytest.raises(ConfigError, match=r"(?s)AppendBranch.*NewBranch|NewBranch.*AppendBranch"):
        branch_from_dict({"_type": "Branch5"})


def test_the_base_class_alone_is_no_branch(database):
    with pytest.raises((ConfigError, NotImplementedError)):
        write_table(database, "t", FRAME, branch_conf=Branch())


def test_without_a_config_the_default_branch_is_written(database):
    assert write_table(database, "t", FRAME).branch == "main"
    assert read_table(database, "t").version.branch == "main"


@pytest.mark.parametrize("config", [SerialBranch("other"), AppendBranch("other"), NewBranch("other")])
def test_a_branch_that_is_there_is_written_and_read(config, database):
    run_sql(database, "CALL DOLT_BRANCH('other')")

    version = write_table(database, "t", FRAME, branch_conf=config)

    assert branches(database)["other"] == version.commit
    assert branches(database)["main"] != version.commit
    assert read_table(database, "t", branch_conf=config).data.equals(FRAME)


@pytest.mark.parametrize("config", [SerialBranch("relase"), AppendBranch("relase")])
def test_a_branch_that_is_not_there_is_an_error_with_the_nearest_names(config, database):
    run_sql(database, "CALL DOLT_BRANCH('release')")

    with pytest.raises(BranchNotFoundError, match=r"'relase'.*`release`"):
        write_table(database, "t", FRAME, branch_conf=config)

    assert sorted(branches(database)) == ["main", "release"]


@pytest.mark.parametrize("config", [SerialBranch("relase"), AppendBranch("relase"), NewBranch("relase")])
def test_a_load_makes_no_branch(config, database):
    run_sql(database, "CALL DOLT_BRANCH('release')")

    with pytest.raises(BranchNotFoundError, match=r"'relase'.*`release`"):
        read_table(database, "t", branch_conf=config)

    assert sorted(branches(database)) == ["main", "release"]


def test_a_new_branch_begins_at_the_default_branch(database):
    first = write_table(database, "t", FRAME)

    version = write_table(database, "u", FRAME, branch_conf=NewBranch("run/1"))

    assert run_sql(database, "SELECT HASHOF('run/1~1')") == [(first.commit,)]
    assert branches(database) == {"main": first.commit, "run/1": version.commit}


@pytest.mark.parametrize("base", ["other", "v1", "main~1", "{commit}"])
def test_a_new_branch_begins_at_its_base(base, database):
    first = write_table(database, "t", FRAME)
    run_sql(database, "CALL DOLT_BRANCH('other')", "CALL DOLT_TAG('v1', 'main')")
    write_table(database, "t", pd.DataFrame({"a": [2]}))

    write_table(database, "u", FRAME, branch_conf=NewBranch("run/1", base=base.format(commit=first.commit)))

    assert run_sql(database, "SELECT HASHOF('run/1~1')") == [(first.commit,)]


def test_a_new_branch_is_appended_to_the_next_time(database):
    first = write_table(database, "t", FRAME, branch_conf=NewBranch("run/1"))

    write_table(database, "t", pd.DataFrame({"a": [2]}), branch_conf=NewBranch("run/1"))

    assert run_sql(database, "SELECT HASHOF('run/1~1')") == [(first.commit,)]


def test_a_new_branch_is_made_even_where_the_table_is_unchanged(database):
    first = write_table(database, "t", FRAME)

    version = write_table(database, "t", FRAME, branch_conf=NewBranch("run/1"))

    assert (version.changed, version.commit, version.branch) == (False, first.commit, "run/1")
    assert branches(database)["run/1"] == first.commit


@pytest.mark.parametrize("base", ["nowhere", "0" * 32, "main~9"])
def test_a_base_that_is_not_there_is_an_error_and_no_branch_is_made(base, database):
    with pytest.raises(NotFoundError):
        write_table(database, "t", FRAME, branch_conf=NewBranch("run/1", base=base))

    assert list(branches(database)) == ["main"]


@pytest.mark.parametrize("name", ["", "-D", "a b", "a..b", "HEAD", "a~1", "0" * 32, "a/"])
def test_a_name_that_dolt_does_not_take_is_an_error_and_no_branch_is_made(name, database):
    with pytest.raises(InvalidNameError):
        write_table(database, "t", FRAME, branch_conf=NewBranch(name))

    assert list(branches(database)) == ["main"]
    assert run_sql(database, "SHOW TABLES") == []


@pytest.mark.parametrize("name", ["run/a_is_2", "a-b", "x" * 80, "feature/a/b/c", "100%", "v1.2", "main/x"])
def test_a_branch_of_any_name_that_dolt_takes_is_written_and_read(name, database):
    config = NewBranch(name)

    write_table(database, "t", FRAME, branch_conf=config)

    assert read_table(database, "t", branch_conf=config).data.equals(FRAME)
    assert read_table(database, sql="SELECT a FROM t", branch_conf=config).data.equals(FRAME)


def test_a_branch_named_like_a_table_is_distinguished_from_it(database):
    write_table(database, "t", FRAME, branch_conf=NewBranch("t"))

    assert read_table(database, "t", branch_conf=NewBranch("t")).data.equals(FRAME)


def test_names_of_branches_ignore_no_case(database):
    write_table(database, "t", FRAME, branch_conf=NewBranch("Run"))

    with pytest.raises(BranchNotFoundError, match="`Run`"):
        read_table(database, "t", branch_conf=SerialBranch("rum"))


@pytest.mark.parametrize("name", ["main ", "main\n", "refs/heads/main", "refs/remotes/main", "main^0"])
def test_a_name_that_dolt_reads_as_another_one_is_no_branch(name, database):
    write_table(database, "t", FRAME)
    before = branches(database)

    for use in (lambda: read_table(database, "t", branch_conf=name), lambda: write(database, name)):
        with pytest.raises(BranchNotFoundError, match="no branch"):
            use()
    with pytest.raises(InvalidNameError, match="is not valid in Dolt"):
        write(database, NewBranch(name))

    assert branches(database) == before


def write(url, conf):
    return write_table(url, "t", FRAME, mode="append", branch_conf=conf)


def test_a_space_at_the_end_of_a_version_is_dropped(database):
    made = write_table(database, "t", FRAME).commit

    for version in ("main", made):
        assert read_table(database, "t", as_of=f"{version}\n").data["a"].tolist() == [1]
