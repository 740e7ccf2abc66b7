"""Managing a repository: branches, tags, promoting, reverting, restoring, comparing, pruning, garbage collection."""
