"""Arrow's types: each as a column of Dolt and back, nested ones as JSON."""
