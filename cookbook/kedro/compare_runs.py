"""Compares two runs by the branches that they made: python compare_runs.py run/a_is_2 run/a_is_3."""

import sys

from dolt_integrations import Repository
from dolt_integrations.kedro import lineage

one, other = sys.argv[1:]
repository = Repository("data/doltdb")

print(repository.compare(one, other))
print(repository.table("users").diff(one, other))
for branch in (one, other):
    runs = lineage("data/doltdb", branch=branch)
    print(runs[["run", "node", "kind", "table", "branch", "commit"]].to_string())
