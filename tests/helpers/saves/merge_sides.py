"""One side of a merge: a branch on which a table `t` is changed as drawn, and what its columns were at first."""

from __future__ import annotations

import contextlib
import datetime
import decimal
from typing import Any

import pymysql

from dolt_integrations.core import SerialBranch, read_table, write_table
from dolt_integrations.errors import DoltError
from tests.conftest import open_session

Row = dict[str, str | None]
"""The values of a row by what their columns were at first."""

COLUMNS = {"a": "varchar(20)", "b": "bigint", "c": "decimal(10,2)", "d": "datetime(6)", "e": "double"}
NAMES = ["a", "b", "c", "d", "e", "n", "m", "B"]
TYPES = [
    "int", "bigint", "smallint", "bigint unsigned", "varchar(20)", "varchar(5)", "varchar(300)", "longtext", "text",
    "decimal(10,2)", "decimal(20,6)", "decimal(9,1)", "datetime(6)", "datetime", "date", "double", "float",
    "char(20)", "varbinary(30)", "longblob", "json", "enum('x','y')", "varchar(20) collate utf8mb4_0900_ai_ci",
]  # fmt: skip
VALUES = {
    "int": [None, 0, 7, 300, -8, 2**40],
    "decimal": [None, "0", "1.25", "99.50", "123.456"],
    "double": [None, 0.5, 0.1, 1e10],
    "datetime": [None, "2020-01-02 03:04:05.25", "2021-01-01 00:00:00", "1999-12-31 23:59:59.999999"],
    "text": [None, "", "x", "Y", "y", "twelve chars", "long " * 30],
}
FIRST = [
    (1, "x", 7, "1.25", "2020-01-02 03:04:05.25", 0.1),
    (2, "Y", 300, "99.50", "2021-01-01 00:00:00", 0.5),
    (3, None, None, None, None, None),
]


def kind_of(sql_type: str) -> str:
    """Return the key of VALUES for a type."""
    for kind in ("int", "decimal", "datetime", "date"):
        if kind in sql_type and "point" not in sql_type:
            return "datetime" if kind == "date" else kind
    return "double" if sql_type.startswith(("double", "float")) else "text"


def plain(value: Any) -> str | None:
    """Return a value as text that stays the same when its column gets another type that holds the value."""
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "microseconds")
    if value is None:
        return None
    with contextlib.suppress(decimal.InvalidOperation):
        return format(decimal.Decimal(str(value)).normalize() + 0, "f")
    with contextlib.suppress(ValueError):
        return datetime.datetime.fromisoformat(str(value)).isoformat(" ", "microseconds")
    return str(value)


class Contents:
    """A table at a commit: its rows by id, with their values by what the columns were at first."""

    def __init__(self, url: str, commit: str, table: str, origins: dict[str, str]) -> None:
        with contextlib.closing(open_session(url, commit)) as session, session.cursor() as cursor:
            cursor.execute(f"SHOW COLUMNS FROM `{table}`")
            found = cursor.fetchall()
            cursor.execute(f"SELECT * FROM `{table}`")
            lines = cursor.fetchall()
        self.names = [row[0] for row in found]
        self.origins = origins
        held = [name for name in self.names if origins[name] != "generated"]
        at = {origins[name]: self.names.index(name) for name in held}
        self.types = {origins[row[0]]: row[1] for row in found}
        self.rows: dict[str | None, Row] = {
            plain(line[at["id"]]): {origin: plain(line[index]) for origin, index in at.items()} for line in lines
        }
        self.count = len(lines)


class Side:
    """A branch on which the table is changed."""

    def __init__(self, url: str, branch: str, first_id: int) -> None:
        self.url, self.branch, self.next_id = url, branch, first_id
        self.table: str | None = "t"
        self.origins = {name: name for name in ("id", *COLUMNS)}
        self.done: list[str] = []

    def run(self, changes: list[tuple[str, int, int]]) -> None:
        """Make the changes that are possible, and commit them."""
        with contextlib.closing(open_session(self.url, self.branch)) as self.session:
            for change, one, two in changes:
                if self.table is not None:
                    getattr(self, change)(one, two)
            self._sql(f"CALL DOLT_COMMIT('-Am', '{self.branch}', '--allow-empty')")
            self.commit = self._rows("SELECT HASHOF('HEAD')")[0][0]
        self.contents = Contents(self.url, self.commit, self.table, self.origins) if self.table else None

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.session.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def _sql(self, statement: str, *values: Any) -> bool:
        """Run a statement. Returns whether the server accepts it."""
        try:
            self._rows(statement, *values)
        except pymysql.MySQLError:
            return False
        self.done.append(f"{statement} {values or ''}")
        return True

    def _described(self) -> list[tuple[str, str]]:
        return [
            (row[0], row[1]) for row in self._rows(f"SHOW COLUMNS FROM `{self.table}`") if "GENERATED" not in row[5]
        ]

    def _column(self, number: int) -> tuple[str, str]:
        """Return the name and type of a column other than the id."""
        found = [pair for pair in self._described() if self.origins[pair[0]] != "id"]
        return found[number % len(found)] if found else ("none", "int")

    def _has_key(self) -> bool:
        return bool(self._rows(f"SHOW KEYS FROM `{self.table}` WHERE Key_name = 'PRIMARY'"))

    def _new_origin(self, name: str) -> str:
        origin = name.lower()
        return origin if origin not in self.origins.values() else f"new {origin}"

    def _id(self) -> str:
        return next(name for name, origin in self.origins.items() if origin == "id")

    def insert(self, one: int, two: int) -> None:
        pairs = self._described()
        values = []
        for at, (name, sql_type) in enumerate(pairs):
            drawn = VALUES[kind_of(sql_type)]
            values.append(self.next_id if self.origins[name] == "id" else drawn[(one + at * two) % len(drawn)])
        names = ", ".join(f"`{name}`" for name, _ in pairs)
        marks = ", ".join(["%s"] * len(values))
        self._sql(f"INSERT INTO `{self.table}` ({names}) VALUES ({marks})", *values)
        self.next_id += 1

    def update(self, one: int, two: int) -> None:
        name, sql_type = self._column(one)
        drawn = VALUES[kind_of(sql_type)]
        where = f"`{self._id()}` = {1 + two % 3}"
        self._sql(f"UPDATE `{self.table}` SET `{name}` = %s WHERE {where}", drawn[(one + two) % len(drawn)])

    def delete(self, one: int, two: int) -> None:
        self._sql(f"DELETE FROM `{self.table}` WHERE `{self._id()}` = {1 + one % 3}")

    def add(self, one: int, two: int) -> None:
        name, sql_type = NAMES[one % len(NAMES)], TYPES[two % len(TYPES)]
        default = {"int": "9", "text": "'def'"}.get(kind_of(sql_type)) if one % 3 == 0 else None
        null = "NOT NULL" if default and two % 2 else ""
        place = ["", "FIRST", f"AFTER `{self._id()}`"][(one + two) % 3]
        place = place if self._has_key() else ""  # without a key, Dolt does not move the other columns' values
        ddl = f"`{name}` {sql_type} {null} {f'DEFAULT {default}' if default else ''} {place}"
        if self._sql(f"ALTER TABLE `{self.table}` ADD COLUMN {ddl}"):
            self.origins[name] = self._new_origin(name)
            if one % 2:
                drawn = VALUES[kind_of(sql_type)]
                self._sql(f"UPDATE `{self.table}` SET `{name}` = %s", drawn[two % len(drawn)])

    def drop(self, one: int, two: int) -> None:
        name, _ = self._column(one)
        if self._sql(f"ALTER TABLE `{self.table}` DROP COLUMN `{name}`"):
            del self.origins[name]

    def rename(self, one: int, two: int) -> None:
        name, sql_type = self._column(one) if one % 7 else next(p for p in self._described() if p[0] == self._id())
        new = NAMES[two % len(NAMES)]
        change = f"RENAME COLUMN `{name}` TO" if one % 2 else f"CHANGE COLUMN `{name}`"
        taken = {each.lower() for each in self.origins if each != name}  # with CHANGE, Dolt makes two of one name
        if (
            new != name
            and new.lower() not in taken
            and self._sql(f"ALTER TABLE `{self.table}` {change} `{new}` {'' if one % 2 else sql_type}")
        ):
            self.origins[new] = self.origins.pop(name)

    def swap(self, one: int, two: int) -> None:
        (first, _), (second, _) = self._column(one), self._column(one + 1 + two % 3)
        if first != second:
            for old, new in ((first, "swapped"), (second, first), ("swapped", second)):
                self._sql(f"ALTER TABLE `{self.table}` RENAME COLUMN `{old}` TO `{new}`")
            self.origins[first], self.origins[second] = self.origins[second], self.origins[first]

    def retype(self, one: int, two: int) -> None:
        name, _ = self._column(one)
        self._sql(f"ALTER TABLE `{self.table}` MODIFY COLUMN `{name}` {TYPES[two % len(TYPES)]}")

    def reorder(self, one: int, two: int) -> None:
        name, sql_type = self._column(one)
        place = "FIRST" if two % 2 else f"AFTER `{self._column(two)[0]}`"
        if self._has_key():
            self._sql(f"ALTER TABLE `{self.table}` MODIFY COLUMN `{name}` {sql_type} {place}")

    def not_null(self, one: int, two: int) -> None:
        name, sql_type = self._column(one)
        value = VALUES[kind_of(sql_type)][2]
        self._sql(f"UPDATE `{self.table}` SET `{name}` = %s WHERE `{name}` IS NULL", value)
        self._sql(f"ALTER TABLE `{self.table}` MODIFY COLUMN `{name}` {sql_type} NOT NULL")

    def default(self, one: int, two: int) -> None:
        name, sql_type = self._column(one)
        value = VALUES[kind_of(sql_type)][1 + two % 2]
        self._sql(f"ALTER TABLE `{self.table}` ALTER COLUMN `{name}` SET DEFAULT '{value}'")

    def key(self, one: int, two: int) -> None:
        if one % 2:
            self._sql(f"ALTER TABLE `{self.table}` DROP PRIMARY KEY")
        if two % 3:
            more = f", `{self._column(one)[0]}`" if two % 3 == 1 else ""
            self._sql(f"ALTER TABLE `{self.table}` ADD PRIMARY KEY (`{self._id()}`{more})")

    def id_type(self, one: int, two: int) -> None:
        sql_type = ["int", "bigint", "varchar(20)", "bigint AUTO_INCREMENT", "decimal(10,0)"][one % 5]
        self._sql(f"ALTER TABLE `{self.table}` MODIFY COLUMN `{self._id()}` {sql_type} NOT NULL")

    def extra(self, one: int, two: int) -> None:
        name, sql_type = self._column(one)
        added = [
            f"ADD INDEX i{one} (`{name}`)",
            f"ADD UNIQUE INDEX u{one} (`{name}`)",
            f"ADD CONSTRAINT k{one} CHECK (`{name}` <> '300')",
            f"MODIFY COLUMN `{name}` {sql_type} COMMENT 'c{two}'",
            "COLLATE utf8mb4_0900_ai_ci",
            f"MODIFY COLUMN `{name}` {sql_type} COLLATE utf8mb4_0900_ai_ci",
        ]
        self._sql(f"ALTER TABLE `{self.table}` {added[two % len(added)]}")

    def generated(self, one: int, two: int) -> None:
        stored = "STORED" if two % 2 else "VIRTUAL"
        name = self._column(one)[0]
        ddl = f"ADD COLUMN g varchar(400) GENERATED ALWAYS AS (CONCAT(`{name}`, '!')) {stored}"
        if self._sql(f"ALTER TABLE `{self.table}` {ddl}"):
            self.origins["g"] = "generated"

    def drop_table(self, one: int, two: int) -> None:
        if one % 2 and self._sql(f"DROP TABLE `{self.table}`"):
            self.table = None

    def rename_table(self, one: int, two: int) -> None:
        if one % 2 and self._sql(f"RENAME TABLE `{self.table}` TO `{'u' if self.table == 't' else 't'}`"):
            self.table = "u" if self.table == "t" else "t"

    def make_again(self, one: int, two: int) -> None:
        if one % 2 == 0:
            return
        create = self._rows(f"SHOW CREATE TABLE `{self.table}`")[0][1]
        if self._sql(f"DROP TABLE `{self.table}`"):
            self._sql(create)
            self.insert(one, two)

    def save(self, one: int, two: int) -> None:
        """Let our own write change the table: other columns, longer texts, fewer or more rows."""
        self._sql(f"CALL DOLT_COMMIT('-Am', '{self.branch}', '--allow-empty')")
        try:
            self._save(one, two)
        except DoltError as error:
            self.done.append(f"-- refused: {error}")
        names = [row[0] for row in self._rows(f"SHOW COLUMNS FROM `{self.table}`")]
        self.origins = {name: self.origins.get(name) or self._new_origin(name) for name in names}

    def _save(self, one: int, two: int) -> None:
        here = SerialBranch(self.branch)
        frame = read_table(self.url, self.table, branch_conf=here).data
        name, key = self._column(one)[0], self._id()
        if two % 5 == 0 and name in frame:
            frame = frame.drop(columns=name)
        elif two % 5 == 1:
            frame = frame.assign(**{NAMES[one % len(NAMES)]: "new text"})
        elif two % 5 == 2:
            frame = frame[1:]
        elif two % 5 == 3 and name in frame:
            frame = frame.assign(**{name: "longer than before " * 20})
        mode = ["replace", "upsert", "append"][one % 3]
        if mode == "append":
            frame = frame[:1].assign(**{key: self.next_id})
            self.next_id += 1
        write_table(self.url, self.table, frame, mode=mode, branch_conf=here)
        self.done.append(f"-- saved by {mode}: {frame.to_dict('list')}")


CHANGES = [
    "insert", "insert", "update", "update", "delete", "add", "drop", "rename", "swap", "retype", "reorder", "not_null",
    "default", "key", "id_type", "extra", "generated", "drop_table", "rename_table", "make_again", "save", "save",
]  # fmt: skip
