"""The walk-through of both articles: first runs, back-tests, a changed job on old inputs, and the trace back."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from metaflow import Flow, Run

from dolt_integrations.core import read_table, write_table
from dolt_integrations.metaflow import DoltConfig, DoltDT, lineage
from tests.conftest import Repository, new_repository
from tests.helpers.frameworks.flows import RECIPES, Workplace

MEDIANS = RECIPES / "hospital_procedure_price_state_medians.py"
VARIANCES = RECIPES / "hospital_procedure_price_variance_by_state.py"
CHANGED = RECIPES / "hospital_procedure_price_variance_by_state_changed.py"
BOTH = RECIPES / "hospital_price_variance.py"
BACKTEST = RECIPES / "hospital_price_backtest.py"
MEDIANS_FLOW = "HospitalPriceStateMedians"
VARIANCES_FLOW = "HospitalProcedurePriceVarianceByState"
BOTH_FLOW = "HospitalPriceVariance"


@dataclasses.dataclass
class Story:
    """The databases after the walk-through, and its runs under the names that the tests use."""

    place: Workplace
    prices: Repository
    analysis: Repository
    then: Repository
    commits: list[str]
    runs: dict[str, str]

    def dolt(self, run: str) -> DoltDT:
        return DoltDT(run=self.runs[run])


def flags(**values: object) -> list[object]:
    return [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]


def prices_at(directory: Path, commit: str) -> pd.DataFrame:
    """The rows that the flows read, joined by pandas."""
    prices = read_table(directory, "prices", as_of=commit).data
    hospitals = read_table(directory, "hospitals", as_of=commit).data
    return prices.merge(hospitals, how="left", on="npi_number")


def medians_of(prices: pd.DataFrame) -> pd.DataFrame:
    return prices.groupby(["state", "code"])[["price"]].median()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("hospital")
    place = Workplace(folder)
    with place.at_home():
        printed = place.python(RECIPES / "make_hospital_prices.py", "prices", "--rows", 600, "--commits", 4)
        commits = [line.split()[0] for line in printed.splitlines()]
        prices, analysis = Repository(folder / "prices"), new_repository(folder / "analysis")
        then = Repository(Path(shutil.copytree(folder / "prices", folder / "then")))
        then.dolt("reset", "--hard", commits[1])
        new_repository(folder / "then-analysis")
        told = Story(place, prices, analysis, then, commits, {})
        tell(told)
    with place.client():
        yield told


def tell(story: Story) -> None:
    """Run all steps of the articles, independent ones at the same time."""
    start = story.place.start
    production = flags(hospital_price_analysis_db="analysis")
    root = story.analysis.head()
    story.analysis.dolt("branch", "metaflow-backtest", root)
    story.prices.dolt("branch", "metaflow-backtest", story.commits[1])

    medians = start(MEDIANS, *flags(hospital_price_db="prices"), *production)
    both = start(BOTH, *flags(hospital_price_db="then", hospital_price_analysis_db="then-analysis"))
    story.runs["medians"] = f"{MEDIANS_FLOW}/{medians.finish()}"
    story.runs["then"] = f"{BOTH_FLOW}/{both.finish()}"

    branches = flags(
        hospital_price_db_branch="metaflow-backtest", hospital_price_analysis_db_branch="metaflow-backtest"
    )
    variances = start(VARIANCES, *production)
    backtest = start(MEDIANS, *flags(hospital_price_db="prices"), *production, *branches)
    story.runs["variances"] = f"{VARIANCES_FLOW}/{variances.finish()}"
    story.runs["backtest medians"] = f"{MEDIANS_FLOW}/{backtest.finish()}"

    story.analysis.dolt("branch", "metaflow-change-test", medians_commit(story))
    moved = read_table(story.analysis.path, "state_procedure_medians").data * 2
    write_table(story.analysis.path, "state_procedure_medians", moved, message="Production moves on")
    newer = read_table(story.prices.path, "prices").data.assign(price=1.0)
    write_table(story.then.path, "prices", newer, message="The prices have changed since", mode="upsert")

    variances = start(VARIANCES, *production, *flags(hospital_price_analysis_db_branch="metaflow-backtest"))
    changed = start(
        CHANGED, *production,
        *flags(hospital_price_analysis_db_branch="metaflow-change-test", historical_run_path=story.runs["variances"]),
    )  # fmt: skip
    story.runs["backtest variances"] = f"{VARIANCES_FLOW}/{variances.finish()}"
    story.runs["changed"] = f"{VARIANCES_FLOW}/{changed.finish()}"

    again = start(
        BOTH, *flags(hospital_price_analysis_db="again-analysis", historical_run_path=story.runs["then"]),
    )  # fmt: skip
    scores = start(BACKTEST, *flags(hospital_price_db="prices", hospital_price_analysis_db="analysis"))
    story.runs["again"] = f"{BOTH_FLOW}/{again.finish()}"
    story.runs["scores"] = f"HospitalPriceBacktest/{scores.finish()}"


def medians_commit(story: Story) -> str:
    """The commit of the production medians, as `dolt log` shows it."""
    rows = story.analysis.sql(f"select commit_hash from dolt_log where message like 'Run: {story.runs['medians']}/%'")
    return rows[0]["commit_hash"]


def test_the_medians_are_those_of_pandas_on_the_same_rows(story: Story) -> None:
    medians = story.dolt("medians").read("state_procedure_medians")

    expected = medians_of(prices_at(story.prices.path, story.commits[-1]))
    pd.testing.assert_frame_equal(medians, expected)


def test_the_variances_are_those_of_pandas(story: Story) -> None:
    variances = story.dolt("variances").read("variance_by_procedure")

    expected = medians_of(prices_at(story.prices.path, story.commits[-1])).groupby("code").var()
    pd.testing.assert_frame_equal(variances, expected)


def test_results_are_read_by_the_flow_as_in_the_article(story: Story) -> None:
    dolt = DoltDT(run=Flow(BOTH_FLOW).latest_successful_run)

    assert dolt.read("variance_by_procedure").equals(story.dolt("again").read("variance_by_procedure"))


def test_each_run_is_one_commit_of_each_block(story: Story) -> None:
    messages = [message.splitlines()[0] for message in story.analysis.messages("main")]

    assert f"Run: {story.runs['medians']}/start/1" in messages
    assert f"Run: {story.runs['variances']}/start/1" in messages
    assert len([message for message in messages if message.startswith(f"Run: {story.runs['medians']}")]) == 1


def test_a_back_test_on_an_old_commit_equals_the_run_made_at_that_time(story: Story) -> None:
    then = story.dolt("then")

    pd.testing.assert_frame_equal(
        story.dolt("backtest medians").read("state_procedure_medians"), then.read("state_procedure_medians")
    )
    pd.testing.assert_frame_equal(
        story.dolt("backtest variances").read("variance_by_procedure"), then.read("variance_by_procedure")
    )


def test_a_back_test_has_fewer_codes_and_leaves_production_alone(story: Story) -> None:
    now, old = (story.dolt(run).read("variance_by_procedure") for run in ("variances", "backtest variances"))

    assert 0 < len(old) < len(now)
    assert read_table(story.analysis.path, "variance_by_procedure").data.equals(now)


def test_a_back_test_is_seen_by_as_of_in_plain_sql(story: Story) -> None:
    rows = story.analysis.sql("select count(*) as n from variance_by_procedure as of 'metaflow-backtest'")

    assert rows == [{"n": str(len(story.dolt("backtest variances").read("variance_by_procedure")))}]


def test_a_changed_job_reads_what_the_historical_run_read(story: Story) -> None:
    changed, historical = story.dolt("changed"), story.dolt("variances")

    assert changed.read("state_procedure_medians").equals(historical.read("state_procedure_medians"))
    moved = read_table(story.analysis.path, "state_procedure_medians").data
    assert not moved.equals(changed.read("state_procedure_medians"))


def test_a_changed_job_has_no_corrupt_codes_and_else_the_same_variances(story: Story) -> None:
    before, after = (story.dolt(run).read("variance_by_procedure") for run in ("variances", "changed"))

    corrupt = before.index.str.startswith("nan")
    assert corrupt.any()
    pd.testing.assert_frame_equal(after, before[~corrupt])


def test_a_changed_job_wrote_to_its_branch_only(story: Story) -> None:
    after = story.dolt("changed").read("variance_by_procedure")
    tested = DoltDT(config=DoltConfig(str(story.analysis.path), branch="metaflow-change-test"))

    assert tested.read("variance_by_procedure").equals(after)
    assert tested.get_run("variance_by_procedure").pathspec == story.runs["changed"]
    assert not read_table(story.analysis.path, "variance_by_procedure").data.equals(after)


def test_the_two_results_can_be_diffed(story: Story) -> None:
    dolt = DoltDT(config=DoltConfig(str(story.analysis.path)))

    changes = dolt.diff("main", "metaflow-change-test", "variance_by_procedure")

    assert set(changes["diff_type"]) == {"removed"}
    assert changes["from_code"].str.startswith("nan").all()


def test_one_flow_again_on_a_historical_run_has_its_results_though_the_data_changed(story: Story) -> None:
    again, then = story.dolt("again"), story.dolt("then")

    for key in ("prices", "state_procedure_medians", "variance_by_procedure"):
        pd.testing.assert_frame_equal(again.read(key), then.read(key))
    assert len(read_table(story.then.path, "prices").data) > len(again.read("prices"))


def test_an_audit_of_a_run_reads_the_intermediate_table_as_in_the_article(story: Story) -> None:
    dolt = DoltDT(audit=Run(story.runs["then"]))

    expected = medians_of(prices_at(story.then.path, story.commits[1]))
    pd.testing.assert_frame_equal(dolt.read("state_procedure_medians"), expected)


def test_the_variances_are_traced_back_to_their_input_rows(story: Story) -> None:
    production = DoltDT(config=DoltConfig(str(story.analysis.path)))

    variances = DoltDT(run=production.get_run("variance_by_procedure"))
    medians = DoltDT(run=variances.get_run("state_procedure_medians"))
    prices = medians.read("prices")

    code = variances.read("variance_by_procedure").index[0]
    recomputed = medians_of(prices[prices["code"] == code]).groupby("code").var()
    pd.testing.assert_frame_equal(recomputed, variances.read("variance_by_procedure").loc[[code]])
    assert len(prices) == len(prices_at(story.prices.path, story.commits[-1]))


def test_the_lineage_goes_from_a_run_to_what_it_read_and_on_to_who_wrote_that(story: Story) -> None:
    rows = lineage(story.runs["variances"], depth=2)

    found = [(row.task.split("/")[0], row.kind, row.table, row.commit) for row in rows.itertuples()]
    medians = medians_commit(story)
    assert (VARIANCES_FLOW, "read", "state_procedure_medians", medians) in found
    assert (MEDIANS_FLOW, "read", "prices", story.commits[-1]) in found
    assert (MEDIANS_FLOW, "read", "hospitals", story.commits[-1]) in found
    assert (MEDIANS_FLOW, "write", "state_procedure_medians", medians) in found
    assert rows[rows["kind"] == "read"]["written_by"].tolist()[0] == f"{story.runs['medians']}/start/1"


def test_the_trace_script_reports_the_same(story: Story) -> None:
    code = story.dolt("variances").read("variance_by_procedure").index[0]

    printed = story.place.python(RECIPES / "trace_variance.py", "analysis", code)

    assert f"was written by {story.runs['variances']}/start/1" in printed
    assert f"was written by {story.runs['medians']}/start/1" in printed


def test_training_on_some_commits_and_testing_on_others_scores_each_pair(story: Story) -> None:
    scores = story.dolt("scores").read("backtest_scores").set_index("train")

    assert scores["test"].to_dict() == dict(zip(story.commits[:-1], story.commits[1:], strict=True))
    sizes = [len(prices_at(story.prices.path, commit)) for commit in story.commits]
    train = prices_at(story.prices.path, story.commits[0])
    new = prices_at(story.prices.path, story.commits[1])
    seen = new["code"].isin(train["code"]) & ~new["npi_number"].isin(train["npi_number"])
    assert scores.loc[story.commits[0], "rows"] == seen.sum() < sizes[1]
    assert scores["error"].between(0, 5).all()


def test_nothing_is_checked_out_and_nothing_is_left_uncommitted(story: Story) -> None:
    for repository in (story.prices, story.analysis, story.then):
        assert "On branch main" in repository.dolt("status")
        assert "nothing to commit, working tree clean" in repository.dolt("status")
    assert story.prices.branches() == ["main", "metaflow-backtest"]
    assert story.analysis.branches() == ["main", "metaflow-backtest", "metaflow-change-test"]
