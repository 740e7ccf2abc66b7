"""History, diffs and blame as DataFrames.

- `history`: `history` and its columns
- `diff`: `diff`
- `blame`: `blame`
- `added`: the rows that a commit added
"""
