"""A Kedro project whose tables are in Dolt."""
