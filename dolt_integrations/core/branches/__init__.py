"""Branches: where a save goes, private branches, merging, forwarding, taking and undoing tables."""
