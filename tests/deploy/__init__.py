"""What a team installs on its cluster, checked against a schema and a running server."""
