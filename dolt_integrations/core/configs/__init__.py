"""The arguments of public functions: branches, remotes, selections and options, checked on entry."""
