"""Which columns a table is to have: its own where the values fit, altered or extended where they do not."""
