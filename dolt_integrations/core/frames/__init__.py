"""A frame of any library as a table: its index, key and columns."""
