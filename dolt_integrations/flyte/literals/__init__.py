"""How our classes appear in literals, in JSON and in models.

- `contents`: the JSON object in a literal
- `members`: the members of that object
- `json_members`: our classes as members of a dataclass that is read from JSON
- `pydantic_schema`: our classes as fields of a pydantic model
"""
