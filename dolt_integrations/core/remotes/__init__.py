"""Synchronizing a database with a remote before and after saves and loads."""
