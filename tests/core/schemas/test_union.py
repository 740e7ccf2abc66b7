"""The column that holds the values of both a table's and a frame's column, asked without a database."""

import pytest

from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.core.schemas.union import extended
from dolt_integrations.engine import Column, TableSchema
from dolt_integrations.errors import PrimaryKeyError, UnsupportedTypeError


def column(sql_type, *dtype, nullable=True, **mark):
    return Column("a", sql_type, nullable, Mark(*dtype, **mark).comment())


def union(old, new, **options):
    given = {"primary_key": None, "mode": "append", "table": "t", **options}
    return extended(TableSchema((old,)), TableSchema((new,)), **given).columns


BIGINT, TEXT = column("bigint"), column("varchar(9)")
UTC, LIST = "datetime64[us, UTC]", {"list": ["item", "int64"]}
SECONDS, SPANS = column("datetime(6)", "datetime64[s]"), column("bigint", "timedelta64[s]")
DOCUMENTS = column("longtext", "object", "json")
LISTS = column("longtext", "object", "json", arrow=LIST)
UNTYPED = column("double", "float64", "null")
ARRAYS = column("json", "ndarray", "json", arrow=LIST)


def category(*categories, **mark):
    return column("varchar(9)", "category", "str", categories, **mark)


FITTING = {
    "narrower": (BIGINT, column("int"), BIGINT),
    "wider": (column("int"), BIGINT, BIGINT),
    "longer texts": (TEXT, column("longtext"), column("longtext")),
    "unsigned": (column("int unsigned"), column("smallint unsigned"), column("int unsigned")),
    "a boolean and numbers": (column("tinyint(1)"), column("tinyint"), column("tinyint")),
    "another unit": (SECONDS, column("datetime(6)"), SECONDS),
    "in one zone": (column("datetime(6)", UTC), column("datetime(6)", UTC), column("datetime(6)", UTC)),
    "in two zones": (
        column("datetime(6)", UTC), column("datetime(6)", "datetime64[us, Asia/Tokyo]"), column("datetime(6)", UTC)
    ),
    "durations": (SPANS, SPANS, SPANS),
    "float16": (column("float", "float16"), column("float"), column("float")),
    "durations and times": (column("time(6)"), column("time(6)", "object", "time"), column("time(6)")),
    "arrays": (ARRAYS, ARRAYS, ARRAYS),
    "categories": (category("b", "a"), category("a", "c"), category("b", "a", "c")),
    "categories in an order": (category("b", ordered=True), category("b", ordered=True), category("b", ordered=True)),
    "no categories yet": (category(), category("b", ordered=True), category("b", ordered=True)),
    "categories and texts": (category("b"), TEXT, TEXT),
    "texts and categories": (TEXT, category("b"), TEXT),
    "dates": (column("date"), column("date"), column("date")),
    "decimals": (column("decimal(9,2)"), column("decimal(10,3)"), column("decimal(10,3)")),
    "one Arrow type": (column("json", arrow=LIST), column("json", arrow=LIST), column("json", arrow=LIST)),
    "a large string": (column("varchar(9)", arrow="large_string"), TEXT, column("varchar(9)", arrow="large_string")),
    "no type yet": (UNTYPED, TEXT, TEXT),
    "no type yet and floats": (UNTYPED, column("double", "Float64"), column("double")),
    "no type yet and small numbers": (UNTYPED, column("tinyint(1)", "int8"), column("tinyint(1)")),
    "no type yet and seconds": (UNTYPED, SECONDS, SECONDS),
    "lists that need text": (column("json", arrow=LIST), LISTS, LISTS),
    "documents and lists that need text": (column("json"), LISTS, DOCUMENTS),
    "documents that need text": (column("json"), DOCUMENTS, DOCUMENTS),
}  # fmt: skip


@pytest.mark.parametrize("name", FITTING)
def test_a_column_holds_the_values_of_both(name):
    old, new, both = FITTING[name]

    assert union(old, new) == (both,)


MISFITS = {
    "texts and numbers": (TEXT, BIGINT),
    "numbers and texts": (BIGINT, TEXT),
    "a zone and none": (column("datetime(6)", UTC), column("datetime(6)")),
    "none and a zone": (column("datetime(6)"), column("datetime(6)", UTC)),
    "two units of durations": (column("bigint", "timedelta64[s]"), column("bigint", "timedelta64[ms]")),
    "durations and numbers": (column("bigint", "timedelta64[s]"), BIGINT),
    "dates and timestamps": (column("date"), column("datetime(6)")),
    "bytes and texts": (column("longblob"), column("longtext")),
    "documents and texts": (column("json"), column("longtext")),
    "decimals of too many digits": (column("decimal(65,0)"), column("decimal(65,30)")),
    "doubles and large integers": (column("double"), BIGINT),
    "decimals and integers": (column("decimal(9,2)"), BIGINT),
    "booleans and large numbers": (column("tinyint(1)"), BIGINT),
    "categories in two orders": (category("a", "b", ordered=True), category("b", "a", ordered=True)),
    "categories in an order and in none": (category("a", ordered=True), category("a", "b")),
    "categories in an order and texts": (category("a", ordered=True), TEXT),
    "categories of texts and of numbers": (category("a"), column("bigint", "category", "int64", (1,))),
    "uuids and texts": (column("varchar(36)", "object", "uuid"), column("varchar(36)")),
    "arrays of two dtypes": (
        column("json", "ndarray", "json", arrow=LIST),
        column("json", "ndarray", "json", arrow={"list": ["item", "int8"]}),
    ),
    "periods of two frequencies": (column("varchar(9)", "period[M]"), column("varchar(9)", "period[D]")),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_values_of_two_kinds_have_no_column_in_common(name):
    with pytest.raises(UnsupportedTypeError, match=r"column 'a' of table `t` is .*, and the frame's is .*astype"):
        union(*MISFITS[name])


@pytest.mark.parametrize(("old", "new"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_column_takes_null_if_one_of_both_does(old, new):
    (both,) = union(column("int", nullable=old), column("int", nullable=new))

    assert both.nullable == (old or new)


@pytest.mark.parametrize(
    ("old", "shown"),
    [
        (BIGINT, r"bigint \(Int64\)"), (SPANS, r"bigint \(timedelta64\[s\]\)"), (column("date"), r"object of date"),
        (category("a"), r"category of str"), (ARRAYS, r"ndarray of list<item: int64>"),
    ],
)  # fmt: skip
def test_the_error_says_what_the_column_holds(old, shown):
    with pytest.raises(UnsupportedTypeError, match=rf"`t` is .*{shown}.*, and the frame's is datetime\(6\)"):
        union(old, column("datetime(6)"))


def schema(*names, key=()):
    return TableSchema(tuple(Column(name, "int", name not in key) for name in names), key)


def test_columns_of_the_table_come_first_under_its_names_and_new_ones_take_null():
    existing, wanted = (
        schema("Id", "b", key=("Id",)),
        TableSchema((Column("c", "int", False), Column("ID", "int", True))),
    )

    found = extended(existing, wanted, None, "append", "t")

    assert [(one.name, one.nullable) for one in found.columns] == [("Id", False), ("b", True), ("c", True)]
    assert found.primary_key == ("Id",)


def test_a_column_of_missing_values_keeps_the_tables_type_and_takes_null():
    old = Column("A", "bigint", False, Mark("timedelta64[s]").comment())

    (found,) = extended(TableSchema((old,)), TableSchema((Column("a", "double"),)), None, "append", "t", {"a"}).columns

    assert (found.sql_type, found.comment, found.nullable) == ("bigint", old.comment, True)


@pytest.mark.parametrize(
    ("existing", "names", "key", "mode", "said"),
    [
        (schema("a", "b", key=("a",)), "ab", ["b"], "append", r"is \(a\), not \(b\).*mode 'replace'"),
        (schema("a", "b", key=("a", "b")), "ab", ["b", "c"], "append", r"is \(a, b\), not \(b, c\)"),
        (schema("a", "b"), "ab", ["b"], "append", r"is none, not \(b\)"),
        (schema("a", "b", key=("a",)), "ab", [], "append", r"is \(a\), not \(\)"),
        (schema("a", "b"), "ab", None, "upsert", r"no primary key, by which an upsert.*Add one"),
        (schema("a", "b", key=("a", "b")), "a", None, "upsert", r"lacks key column 'b'.*Add the column"),
    ],
)
def test_a_key_that_does_not_fit_is_refused_with_what_to_do(existing, names, key, mode, said):
    with pytest.raises(PrimaryKeyError, match=f"table `t`.*{said}"):
        extended(existing, schema(*names), key, mode, "t")


@pytest.mark.parametrize(("key", "mode"), [(["A"], "upsert"), (["a"], "append"), (None, "upsert"), (None, "append")])
def test_a_key_is_the_same_in_any_case(key, mode):
    existing = schema("a", "b", key=("a",))

    assert extended(existing, schema("A", "b"), key, mode, "t") == existing


def test_rows_may_be_appended_without_a_column_of_the_key():
    existing = schema("a", "b", key=("a",))

    assert extended(existing, schema("b"), None, "append", "t") == existing


def test_a_column_without_a_type_takes_null_if_its_first_values_do():
    (found,) = union(column("double", "float64", "null", nullable=False), TEXT)

    assert (found.sql_type, found.nullable) == ("varchar(9)", True)


def test_a_column_that_is_widened_takes_the_comment_and_the_default_of_the_wider_one():
    old = Column("A", "datetime", False, "when", "DEFAULT CURRENT_TIMESTAMP")
    new = Column("a", "datetime(6)", True, "when it was", "DEFAULT CURRENT_TIMESTAMP(6)")

    assert union(old, new) == (Column("A", "datetime(6)", True, "when it was", "DEFAULT CURRENT_TIMESTAMP(6)"),)
