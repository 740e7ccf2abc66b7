"""Saving a table: in one transaction on its branch, on a private branch that then lands, or as a stream."""
