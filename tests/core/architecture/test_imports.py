"""What importing the core imports."""

import subprocess
import sys

HEAVY = "pandas", "numpy", "polars", "pyarrow", "connectorx", "pymysql", "fsspec", "subprocess"

PROGRAM = """
import sys
from dolt_integrations import core
assert "read_table" in dir(core)
branch = core.Branch.parse("main"), core.Remote(url="file:///backups/shop"), core.AsOf
metas = core.metas_from_dicts([{"_type": "DoltMeta", "db": "shop", "tablename": "actions"}])
assert type(metas[0]) is core.DoltMeta
print(*sys.modules)
from dolt_integrations.core import *
assert callable(read_table)
print("polars" in sys.modules)
"""


def test_the_core_imports_what_is_heavy_when_it_is_used():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()

    assert not set(HEAVY) & set(before.split())
    assert after == "True"
