"""CSV files: pandas determines the values, and errors name the line."""
