"""Lineage from commits alone: the execution that wrote a table, the versions that it had read, and so on."""
