"""Definitions of tables: their names, columns and keys, read from Dolt, written as DDL, and changed.

- `schema`: columns and primary key
- `names`: names of tables, and names that differ only in case
- `alter`: changes to columns
- `unique_keys`: the primary key and the UNIQUE indexes
- `missing_column`: the error about a column that does not exist
"""
