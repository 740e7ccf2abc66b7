"""Reverting an execution: undoing its commits row by row, keeping what was written later.

- `revert`: reverting an execution in one commit
- `undo_commit`: undoing one commit
- `undo_multiset`: undoing it in a table without a key
"""
