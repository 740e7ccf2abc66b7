"""Day two: branches and tags, promoting, reverting, restoring, comparing, pruning, collecting garbage."""
