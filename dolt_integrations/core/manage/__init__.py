"""Managing a repository: branches, tags, promoting, reverting, restoring, comparing, pruning, garbage collection.

A module for each, named after it; and:

- `doctor`: the checks of `doctor`, each a function in its table
- `landing`: doing work on a private branch, and landing it as one commit
- `executions`: finding the commits of an execution
- `reverts`: reverting an execution, row by row
"""
