"""Databases on disk: private servers, who uses and who stops them, cloning, whose a directory is."""
