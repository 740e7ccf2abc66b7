"""SQL text: types, literals, parameters, definitions, tokens."""
