"""SQL text: types, literals, parameters, definitions, tokens.

- `types`: the types of columns, and the Arrow type of each
- `literals`: Python values as SQL
- `parameters`: `%s` and `%(name)s`
- `definitions`: column definitions
"""
