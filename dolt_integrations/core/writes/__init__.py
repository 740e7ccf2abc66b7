"""Saving a table: in one transaction on its branch, on a private branch that then lands, or as a stream.

- `write`: `write_table`
- `route`: which of these ways a save takes; the numbers of rows are in `dolt_integrations.limits`
- `in_place`: one transaction on the branch
- `beside`: a private branch
- `build`: writing schema and rows
- `landing`: landing the private branch
"""
