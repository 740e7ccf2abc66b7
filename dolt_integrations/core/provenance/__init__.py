"""Who made a version from what: commit trailers, write ids, attempts, what was read, hooks."""
