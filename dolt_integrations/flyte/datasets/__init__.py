"""Frames at `dolt://` URIs.

- `uri`: a table as one string, and back
- `dataset`: frames as the SDKs pass them (`StructuredDataset`, `flyte.io.DataFrame`)
- `column_types`: Flyte's names for the types of columns
"""
