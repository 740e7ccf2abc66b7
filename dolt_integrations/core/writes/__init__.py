"""Saving a table: in one transaction on the branch, beside it on a private one, or as a stream."""
