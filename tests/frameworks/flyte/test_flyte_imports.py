"""What `import flytekit` costs where the plugin is installed: every pod and every `pyflyte` pays for it."""

import subprocess
import sys

# flytekit puts placeholders for some of them into sys.modules; only a real import adds their submodules.
HEAVY = "pandas.core", "numpy", "polars", "pyarrow.lib", "connectorx", "pymysql"

PROGRAM = """
import sys
import flytekit
from flytekit.core.type_engine import TypeEngine
registered = {getattr(kind, "__name__", kind) for kind in TypeEngine._REGISTRY}
assert {"DoltTable", "DoltConfig"} <= registered, registered
print(*sys.modules)

from flytekit import task, workflow
from flytekitplugins.dolt import DoltConfig, DoltTable
from dolt_integrations.core import AppendBranch

CONFIG = DoltConfig(
    "shop", tablename="users", branch_conf=AppendBranch("main"), io_args={"primary_key": "id", "mode": "append"},
    as_of="HEAD~1",
)

@task
def users(name: str) -> DoltTable:
    return DoltTable(CONFIG)

@workflow
def wf(name: str = "me") -> DoltTable:
    return users(name=name)

returned = users.interface.outputs["o0"].type
assert TypeEngine.guess_python_type(returned) is DoltTable
print(*[name for name in sys.modules if "dolt" in name], *(name for name in sys.modules if name in %r))
"""


def test_the_plugin_registers_its_types_and_imports_what_is_heavy_when_it_is_used(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM % (HEAVY,))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported, compiled = (set(line.split()) for line in done.stdout.splitlines())

    assert "flytekitplugins.dolt.transformer" in imported
    assert not set(HEAVY) & imported
    assert not {"dolt_integrations.core.reads.read", "polars"} & compiled
