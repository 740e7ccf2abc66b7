"""The recipe for SQLAlchemyTask beside DoltTable, on one server."""

from tests.conftest import run_sql


def test_a_sqlalchemy_task_queries_what_a_dolt_table_was_saved_as(copy_recipe, database, monkeypatch):
    monkeypatch.setenv("DOLT_SERVER", database.removeprefix("mysql://"))

    printed = copy_recipe("sqlalchemy_example.py").python("3")

    assert printed.splitlines()[-1] == "['Alice', 'Sugar Maple']"
    assert run_sql(database, "SELECT name, count FROM rabbits ORDER BY name") == [
        ("Alice", 6), ("George", 3), ("Sugar Maple", 9),
    ]  # fmt: skip
