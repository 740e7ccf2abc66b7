"""What the core requires of the engine: named operations, and no SQL of its own."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import dolt_integrations
from dolt_integrations.engine import protocol

PACKAGE = Path(dolt_integrations.__file__).parent
ROOT = PACKAGE.parent
ENGINE = "dolt_integrations.engine"
CORE = sorted([*(PACKAGE / "core").rglob("*.py"), *(PACKAGE / "cli").rglob("*.py"), PACKAGE / "adapters.py"])
FOLDERS = (
    "dolt_integrations/flyte",
    "dolt_integrations/kedro",
    "dolt_integrations/metaflow",
    "flytekitplugins/dolt",
    "flyteplugins/dolt",
)
ADAPTERS = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LISTED = {
    (f"{ENGINE}.{module}", name)
    for modules in protocol.OPERATIONS.values()
    for module, names in modules.items()
    for name in names.split()
}
FACADE = {*(name for _, name in LISTED), "redact"}
OF_SESSIONS = {"execute", "dictionaries", "value", "stream", "sending", "literal", "raise_warnings"}
"""Methods of sessions that take or give SQL."""

_WORDS = (
    r"SELECT\s|INSERT\s+(IGNORE\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|CALL\s+DOLT_"
    r"|(CREATE|DROP|ALTER)\s+(TEMPORARY\s+|UNIQUE\s+)?(TABLE|INDEX|DATABASE|VIEW)\s|TRUNCATE\s|RENAME\s+TABLE\s"
    r"|SHOW\s+(CREATE|FULL|TABLES|COLUMNS|KEYS|WARNINGS|INDEX|DATABASES)|SET\s+(@|SESSION|GLOBAL|\w+\s*=)"
    r"|START\s+TRANSACTION|COMMIT\s*$|ROLLBACK\s*($|TO\s)|SAVEPOINT\s|LOAD\s+DATA\s+LOCAL\s+INFILE|USE\s+`|PREPARE\s"
)
STATEMENT = re.compile(rf"^\s*\(?\s*({_WORDS})")
"""How a statement begins, in the upper case in which ours are written. Hints name statements in mid-sentence."""

FRAGMENT = re.compile(
    r"\bFROM\s+(dolt_|information_schema|`|\{)|(^|\s)(ORDER|GROUP)\s+BY\s|\b(EXCEPT|UNION)\s+ALL\b|\b(LEFT\s+)?JOIN\s+\{"
    r"|\sLIMIT\s+(\d|\{|%s)|\bIS\s+(NOT\s+)?NULL\b|\bCAST\(|\bWHERE\s+[({\w]|\bHASHOF\(|\bDOLT_\w+\("
)
"""What stands within a statement."""


def texts(tree):
    """Yield the strings of a program with their lines, without docstrings. Of f-strings, the braces are included."""
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(node.value)
        if isinstance(node, ast.JoinedStr):
            left_out.update(child for child in ast.walk(node) if isinstance(child, ast.Constant))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.lineno, node.value


def has_sql(text):
    return bool(STATEMENT.search(text) or FRAGMENT.search(text)) and not text.rstrip().endswith(".")


def sql_in(source):
    return [f"{line}: {text}" for line, text in texts(ast.parse(source)) if has_sql(text)]


def imports(source):
    """Yield the modules and names of the engine that a program imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ENGINE):
            yield from ((node.module, alias.name) for alias in node.names)
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.startswith(ENGINE))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "engine":
            yield ENGINE, node.attr


def is_listed(module, name):
    return name in FACADE if module == ENGINE else (module, name) in LISTED


def test_the_core_imports_only_what_the_protocol_lists():
    found = {(module, name) for path in CORE for module, name in imports(path.read_text())}

    assert len(found) > 100
    assert [each for each in sorted(found) if not is_listed(*each)] == []


def test_the_protocol_lists_nothing_that_is_not_asked_for():
    used = {each for path in CORE for each in imports(path.read_text())}
    names = {name for module, name in used if module == ENGINE}

    assert [each for each in sorted(LISTED) if each not in used and each[1] not in names] == []
    assert [each for each in sorted(LISTED) if not hasattr(import_module(each[0]), each[1])] == []


def test_the_core_sends_no_statements():
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.attr}"
        for path in CORE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OF_SESSIONS
    ]

    assert calls == []


def test_the_core_uses_of_a_session_what_the_protocol_names():
    used = {
        attribute.attr
        for path in CORE
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for argument in function.args.args
        if argument.annotation is not None and ast.unparse(argument.annotation) == "Connection"
        for attribute in ast.walk(function)
        if isinstance(attribute, ast.Attribute) and ast.unparse(attribute.value) == argument.arg
    }
    named = {*protocol.Session.__annotations__, *vars(protocol.Session)}

    assert {"switch", "lock", "address"} <= used <= named


@pytest.mark.parametrize("files", [CORE, ADAPTERS], ids=["core", "adapters"])
def test_there_is_no_sql_above_the_engine(files):
    found = [f"{path.relative_to(ROOT)}:{text}" for path in files for text in sql_in(path.read_text())]

    assert len(files) > 20
    assert found == []


def test_the_sql_of_the_engine_would_be_found():
    found = {path.parent.name for path in (PACKAGE / "engine").rglob("*.py") if sql_in(path.read_text())}

    assert found >= {"versions", "tables", "session"}


@pytest.mark.parametrize(
    "source",
    [
        'connection.execute(f"DELETE FROM {table}")',
        'query = f"SELECT {columns} FROM {table}"',
        'order = f" ORDER BY {key}"',
        'session.value("CALL DOLT_COMMIT(%s)", ("x",))',
        'session.execute("START TRANSACTION")',
    ],
)
def test_sql_is_distinguished_from_other_strings(source):
    assert sql_in(source)
    assert not sql_in(f"hint = 'To do that, run it yourself ({source.count('x')}): ALTER TABLE ... MODIFY COLUMN.'")


def test_architecture_has_the_operations():
    rows = re.findall(r"^\| \*(.+?)\* \| (.+?) \|", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    listed = {noun: set(re.findall(r"`(\w+)`", names)) for noun, names in rows}

    assert listed == {
        noun: {name for names in modules.values() for name in names.split()}
        for noun, modules in protocol.OPERATIONS.items()
    }
