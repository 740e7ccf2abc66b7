"""Errors of Dolt, MySQL and pymysql, translated into ours.

- `rules`: Dolt's error messages and the errors that they become
- `remote_rules`: the same for remotes
- `translate`: applies the rules
"""
