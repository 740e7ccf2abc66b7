"""CSV, Parquet, Feather and JSON files, saved and loaded with the table's types."""
