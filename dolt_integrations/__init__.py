"""Versioned tables in Dolt for workflow managers: an engine, a neutral core, and a face per framework."""
