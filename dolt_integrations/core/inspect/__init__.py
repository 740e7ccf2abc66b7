"""History, diff and blame as frames."""
