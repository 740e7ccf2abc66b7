"""Branches: the target of a save, private branches, merging, fast-forwarding, and taking or undoing tables."""
