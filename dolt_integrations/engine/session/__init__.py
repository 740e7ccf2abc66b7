"""Sessions with a server: opening, pooling, locks, and the translation of every failure into our errors.

- `connection`: a session
- `session`: opening and resetting one
- `patience`: how long to wait for a server
- `pool`: idle sessions
- `rules`: Dolt's error messages and the errors that they become
- `remote_rules`: the same for remotes
- `locks`: named locks
- `wire`: the MySQL protocol
"""
