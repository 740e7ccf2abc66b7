"""History, diffs and blame as DataFrames."""
