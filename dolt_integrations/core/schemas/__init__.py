"""Choosing a table's columns: existing ones stay if they hold the values, and are altered or extended if not."""
