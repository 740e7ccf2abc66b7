"""Saving and loading CSV, Parquet, Feather and JSON files, with the table's types."""
