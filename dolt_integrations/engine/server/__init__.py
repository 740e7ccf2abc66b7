"""Databases on disk: private servers, who uses and who stops them, cloning, whose a directory is.

- `database`: opening a database
- `private`: a private server: its configuration, its options and its start
- `supervisor`: the process that runs it and stops it
- `shared`: the private servers of this process
- `lease`: who uses a private server
- `dolt`: the `dolt` program
- `creation`: making a database
- `clone`: cloning
- `ownership`: whether a directory can be trusted
"""
