"""How many examples a test makes up."""

import os


def examples(usual: int) -> int:
    """Return the usual number, or the one of `make fuzz`."""
    return int(os.environ.get("FUZZ_EXAMPLES", usual))
