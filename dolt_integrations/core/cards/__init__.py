"""What is shown of a table, a database, a version and a diff: looked up in bounded time, drawn by `render`."""
