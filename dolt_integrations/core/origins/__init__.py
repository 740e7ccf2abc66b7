"""From a table to the execution that wrote it, to the versions which that had read, and on: from commits alone."""
