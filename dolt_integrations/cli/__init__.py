"""The command line `dolt-integrations`, which inspects and repairs the history of a database."""
