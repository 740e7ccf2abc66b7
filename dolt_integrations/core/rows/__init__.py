"""The rows of a table's version: fetching, caching and comparing them."""
