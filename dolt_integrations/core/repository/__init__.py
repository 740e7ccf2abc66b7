"""The handle on a database and its tables."""
