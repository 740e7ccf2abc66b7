"""Sessions with a server: opened, kept, locked, and every failure an error of ours."""
