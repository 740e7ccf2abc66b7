"""Loading tables and query results from one commit, whole or in batches."""
