"""Where a version came from: commit trailers, write ids, attempts, the versions that were read, hooks."""
