"""Dolt's procedures and functions: branches, commits, merges, log, diff, remotes, tests."""
