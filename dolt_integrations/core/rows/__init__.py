"""The rows of a version: fetched or from the cache, compared with others."""
