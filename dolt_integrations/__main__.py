"""`python -m dolt_integrations`: the command line."""

from dolt_integrations.cli.main import main

if __name__ == "__main__":
    main()
