"""Keeping a database in step with a remote around saves and loads."""
