"""Values to save: samples, strategies for Hypothesis, cells of files, tables that packages ship."""
