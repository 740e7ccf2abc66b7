"""Where a version came from: commit trailers, write ids, attempts, the versions that were read, hooks.

- `trailers`: the form of commit messages and their trailers
- `write_id`: `Write-Id`, by which a retry finds a write
- `attempt`: attempts of a task
- `reads`: the versions that were read
- `meta`: hooks that record saves and loads
"""
