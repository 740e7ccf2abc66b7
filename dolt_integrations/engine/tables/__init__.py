"""Tables through a session: schemas, bulk reads and writes, queries."""
