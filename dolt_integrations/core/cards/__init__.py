"""Cards of tables, databases, versions and diffs: queried in bounded time, and drawn by `render`."""
