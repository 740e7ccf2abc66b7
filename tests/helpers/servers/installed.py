"""The `dolt` that the tests run."""

import functools
import shutil
import subprocess


@functools.cache
def installed_dolt():
    """Return the version of the `dolt` on PATH as it prints it, and its path; None if there is none."""
    dolt = shutil.which("dolt")
    if dolt is None:
        return None
    version = subprocess.run([dolt, "version"], capture_output=True, text=True, check=False).stdout.splitlines()
    return f"{version[0] if version else 'unknown'} ({dolt})"
