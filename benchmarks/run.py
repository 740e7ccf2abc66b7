"""Runs every benchmark and prints the results, as ratios to another way of doing the same in the same run.

make bench
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

import batches
import frames
import growth
import imports
import overhead
import readers
import rows
import shipped
import stores
import versions
import writers


def main() -> None:
    """Print versions, then the benchmarks."""
    dolt = subprocess.run([shutil.which("dolt") or "dolt", "version"], capture_output=True, text=True, check=True)
    print(f"{dolt.stdout.splitlines()[0]}, Python {platform.python_version()}, pandas {pd.__version__}")
    imports.main()
    overhead.main()
    frames.main()
    shipped.main()
    rows.main([])
    versions.main([])
    readers.main([])
    stores.main([])
    stores.main(["--frame", "generated", "--rows", str(stores.SLOW)])
    writers.main()
    growth.main([])
    batches.main([])


if __name__ == "__main__":
    main()
