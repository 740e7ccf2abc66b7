"""What a caller says: branches, remotes, which part of a table, options; checked at the door."""
