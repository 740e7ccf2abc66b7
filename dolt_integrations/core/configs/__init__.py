"""The arguments of public functions: branches, remotes, selections and options, checked on entry.

- `branch`: `NewBranch`, `MergeBranch` and the others
- `remote`: `Remote`; what its options do is in `core.remotes`
- `mode`: `replace`, `append`, `upsert`
- `as_of`: old versions
- `selection`: `columns` and `where`
- `key`: `primary_key`
- `options`: checks that several arguments share
"""
