"""Sessions with a server: opening, pooling, locks, and the translation of every failure into our errors."""
