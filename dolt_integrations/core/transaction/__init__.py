"""Several tables in one commit: `Transaction`, and the tables as one sees them."""
