"""Saves and what comes of them: frames, edits, attempts, streams, caches, clones, and witnesses of a database."""
