"""Merging a commit into a branch, and resolving or reporting its conflicts.

- `merge`: merging into a branch, all of it or nothing
- `decide`: `on_conflict`
- `conflicting`: the error for a conflict
- `unmergeable`: tables that Dolt must not be asked to merge
"""
