"""CSV files: one reading decides the values, and errors name the line."""
