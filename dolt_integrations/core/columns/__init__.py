"""Encoding and decoding of columns, a module for each family of types: strings, times, objects, categoricals ..."""
