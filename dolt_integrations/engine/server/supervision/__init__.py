"""The supervisor of a private server, which stops it when its last user has ended.

- `supervisor`: the process that runs the server
- `lease`: who uses it
- `guard`: a supervisor that is started before its server
- `runtime`: the folder for its files
"""
