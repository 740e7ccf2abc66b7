"""Trace the variance of a procedure's price back: to the run that wrote it, the medians that it read, and their prices.

python trace_variance.py hospital-price-analysis "CPT 10001"
"""

import sys

from dolt_integrations.metaflow import DoltConfig, DoltDT, lineage


def trace(analysis_db: str, code: str) -> None:
    analysis = DoltDT(config=DoltConfig(database=analysis_db))

    variances_run = analysis.get_run("variance_by_procedure")
    print(f"variance_by_procedure was written by {variances_run}")
    variances = DoltDT(run=variances_run)
    print(variances.read("variance_by_procedure").loc[[code]], end="\n\n")

    medians_run = variances.get_run("state_procedure_medians")
    print(f"state_procedure_medians, as that run read it, was written by {medians_run}")
    medians = DoltDT(run=medians_run)
    print(medians.read("state_procedure_medians").xs(code, level="code", drop_level=False), end="\n\n")

    print("from these prices, as that run read them")
    prices = medians.read("prices")
    print(prices[prices["code"] == code].to_string(index=False), end="\n\n")

    print("and all of it")
    print(lineage(variances_run, depth=2)[["task", "kind", "key", "table", "commit", "written_by"]].to_string())


if __name__ == "__main__":
    trace(*sys.argv[1:])
