"""Databases on disk: private servers, who uses and who stops them, cloning, whose a directory is.

- `database`: opening a database
- `private`: a private server: its configuration, its options and its start
- `supervision`: the process that runs it and stops it, and the lease that says who uses it
- `shared`: the private servers of this process
- `dolt`: the `dolt` program
- `creation`: making a database
- `clone`: cloning
- `ownership`: whether a directory can be trusted
"""
