"""Tables through a session: schema, rows in bulk in and out, queries."""
