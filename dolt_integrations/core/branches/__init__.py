"""Branches: the target of a save, private branches, merging, fast-forwarding, and taking or undoing tables.

- `target`: which branch a save goes to
- `pending`: the user's uncommitted work, and the error if a save would touch it
- `private`: private branches, and removing those of dead processes
- `merges`: merging into a branch
- `forward`: fast-forwarding
- `undo`: undoing what an earlier attempt wrote
- `claims`: finding the later commits that changed the rows that an undo changes
- `touched`: the rows and cells that two changes share
"""
