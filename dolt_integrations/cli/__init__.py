"""The command line `dolt-integrations`, which inspects and repairs the history of a database.

- `main`: the list of commands
- `look`: commands that read
- `change`: commands that change a database
- `exits`: exit codes
"""
