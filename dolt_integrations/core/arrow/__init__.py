"""Arrow's types as columns of Dolt and back. Nested types are stored as JSON."""
