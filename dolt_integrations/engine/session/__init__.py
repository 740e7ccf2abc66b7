"""Sessions with a server: opening, pooling and resetting them, locks, transactions.

- `connection`: a session
- `opening`: opening and resetting one
- `patience`: how long to wait for a server
- `pool`: idle sessions
- `places`: the branch or commit that a session is on
- `statements`: running statements
- `locks`: named locks
"""
