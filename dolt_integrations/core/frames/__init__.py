"""Frames of any library as tables: columns, index and key; and tables as frames."""
