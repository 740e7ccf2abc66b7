"""The command line `dolt-integrations`: looking at a database's history and operating on it."""
