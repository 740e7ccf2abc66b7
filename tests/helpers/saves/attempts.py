"""A node of an execution, attempt by attempt, and a model in plain Python of what its attempts leave in a table."""

import dataclasses
import itertools

import pandas as pd

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.core.provenance.reads import unrecorded_reads

NUMBERS = itertools.count()


class Scope:
    """The scope in which reads are recorded: one per attempt, because on a cluster each has its own process."""

    now = None


def rows(*ids, value="v"):
    return pd.DataFrame({"id": list(ids), "value": [f"{value}{each}" for each in ids]})


class Node:
    """A node of an execution, attempt by attempt."""

    def __init__(self, url, key, where=None):
        self.url, self.key, self.where, self.name, self.number = url, key, where, f"node-{next(NUMBERS)}", -1
        self.again()

    def again(self):
        self.number += 1
        self.attempt = Scope.now = Attempt(self.name, self.number)
        return self

    def write(self, frame, mode="append", table="t"):
        where, key = self.where, self.key
        return write_table(self.url, table, frame, mode=mode, primary_key=key, branch_conf=where, attempt=self.attempt)


def contents(url, table="t"):
    with unrecorded_reads():
        return sorted(read_table(url, table).data.itertuples(index=False, name=None))


@dataclasses.dataclass(eq=False)
class Write:
    """A write in the model's history: the attempt that wrote (None for others), the mode and the rows."""

    attempt: int | None
    table: str
    mode: str
    rows: tuple
    alive: bool = True

    @property
    def content(self):
        return self.table, self.mode, tuple(sorted(self.rows))


class Model:
    """Rule 2 in plain Python: the rows of the last attempt count, and what it has read."""

    def __init__(self, key):
        self.key, self.history, self.number = key, [], -1
        self.again()

    def again(self):
        self.number += 1
        self.kept, self.counted = set(), {}

    def read(self):
        self.kept |= {id(write) for write in self.history if write.alive}

    def others(self, table, mode, added):
        self.history.append(Write(None, table, mode, added))

    def write(self, table, mode, added):
        """Return adopted, written or refused."""
        new = Write(self.number, table, mode, added)
        equal = [each for each in self.history if each.attempt is not None and each.content == new.content]
        place = self.counted.get(new.content, 0)
        alive = [each for each in equal if each.alive]
        self.counted[new.content] = place + 1
        if place < len(alive) and not self.is_overwritten(alive[place]):
            self.kept.add(id(alive[place]))
            return "adopted"
        stale = [each for each in self.of(table) if each.attempt is not None and id(each) not in self.kept]
        for each in stale if mode != "replace" else ():
            if self.is_built_upon(each):
                self.counted[new.content] = place
                return "refused"
        for each in stale:
            each.alive = False
        if self.has_double_key(new):
            for each in stale:
                each.alive = True
            self.counted[new.content] = place
            return "refused"
        self.history.append(new)
        self.kept.add(id(new))
        return "written"

    def is_overwritten(self, write):
        later = self.history[self.history.index(write) + 1 :]
        known = [each for each in later if each.alive and each.attempt is not None and id(each) in self.kept]
        return any(each.table == write.table and {each.mode, write.mode} != {"append"} for each in known)

    def has_double_key(self, new):
        present = {row[0] for row in self.contents(new.table)}
        return bool(self.key and new.mode == "append" and present & {row[0] for row in new.rows})

    def of(self, table):
        return [each for each in self.history if each.alive and each.table == table]

    def is_built_upon(self, write):
        later = self.history[self.history.index(write) + 1 :]
        others = [each for each in later if each.attempt is None and each.table == write.table]
        keys = {row[0] for row in write.rows}
        return any(each.mode == "replace" or keys & {row[0] for row in each.rows} for each in others)

    def contents(self, table):
        found = []
        for write in self.of(table):
            if write.mode == "replace":
                found = []
            if write.mode == "upsert":
                keys = {row[0] for row in write.rows}
                found = [row for row in found if row[0] not in keys]
            found += write.rows
        return sorted(found)
