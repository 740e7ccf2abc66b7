"""Saves and what comes of them: frames, edits, attempts, streams, caches, clones, and the state of a database."""
