"""Encoding and decoding of columns, a module for each family of types: strings, times, objects, categoricals ...

- `dtypes`: which dtype becomes which SQL type, and the other way round
- `mark`: what the SQL type cannot express, kept in the column's comment
- `conversions`: the hints for columns that cannot be stored

For a new SQL type also see `engine.sql.types` (its Arrow type), `core.schemas.fits` (which values it holds) and
`core.files.cells` (its text in files).
"""
