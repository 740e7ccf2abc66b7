"""Loading tables and queries at one commit, whole or in batches."""
