"""What differs between two versions: the rows, the hashes, a preview, and undoing the difference.

- `diff`: the rows of a table that differ between two commits
- `hashes`: hashes of schema and rows
- `incremental`: the rows that differ, for a reader that has the older version
- `diff_preview`: a few of them, for display
- `multisets`: undoing a commit in a table without a key
"""
