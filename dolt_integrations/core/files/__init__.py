"""Saving and loading CSV, Parquet, Feather and JSON files, with the table's types.

- `formats`: the suffixes and their formats; add a format here and in a module of its own
- `save_load`: `save` and `load`
- `file`: reading and writing a file as a frame
- `csv`: CSV
- `json`: JSON lines
- `arrow`: Parquet and Feather
- `cells`: text to values
"""
