"""One step that does what a step can do, and keeps what came of it in artifacts; a second that sees the record."""

import logging

import pandas as pd
from metaflow import FlowSpec, Parameter, step

from dolt_integrations.core import history, read_table, write_table
from dolt_integrations.errors import DoltError
from dolt_integrations.metaflow import DoltConfig, DoltDT

USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})


class ActionsFlow(FlowSpec):
    database = Parameter("database", required=True)
    past = Parameter("past", help="The path of a run", default=None)

    @step
    def start(self):
        self.main = DoltConfig(self.database)
        self.errors = {}
        self.root_before = (logging.getLogger().level, len(logging.getLogger().handlers))
        self.pinned()
        self.written()
        self.branches()
        self.conflicts()
        self.mistakes()
        self.root_after = (logging.getLogger().level, len(logging.getLogger().handlers))
        self.next(self.later)

    def commits(self):
        return len(history(self.database))

    def pinned(self):
        with DoltDT(run=self, config=self.main) as dolt:
            self.users = dolt.read("users")
            write_table(self.database, "users", USERS.assign(name="others"), message="Others")
            self.users_again = dolt.read("users", as_key="again")
            self.count = dolt.sql("SELECT COUNT(*) AS n FROM users WHERE name = 'others'", as_key="count")
        with DoltDT(run=self, config=self.main) as dolt:
            self.users_later = dolt.read("users", as_key="later")

    def written(self):
        before = self.commits()
        grouped = pd.DataFrame({"state": ["NY", "NY", "CA"], "code": ["x", "x", "y"], "price": [1.0, 3.0, 5.0]})
        with DoltDT(run=self, config=self.main) as dolt:
            self.medians = grouped.groupby(["state", "code"]).median()
            dolt.write(self.medians, "medians", ["state", "code"])
            dolt.write(self.medians.groupby("code").var(), "variances")
            dolt.write(USERS, "plain", pks="id", as_key="people")
            frame = USERS.copy()
            dolt.write(frame, "copied")
            frame["name"] = "changed after the write"
            self.attempt("before the end", lambda: read_table(self.database, "medians"))
        self.written_commits = self.commits() - before
        with DoltDT(run=self, config=self.main) as dolt:
            dolt.write(self.medians, "medians", as_key="same again")
        self.same_commits = self.commits() - before - self.written_commits

    def branches(self):
        first = history(self.database)["commit"].iloc[-1]
        users = history(self.database, "users")["commit"].iloc[-1]
        self.at = {"first": first, "users": users}
        with DoltDT(run=self, config=DoltConfig(self.database, branch="backtest", commit=users)) as dolt:
            self.old_users = dolt.read("users", as_key="old users")
            dolt.write(self.old_users, "result", ["id"])
        with DoltDT(run=self, config=DoltConfig(self.database, branch="backtest")) as dolt:
            dolt.write(self.old_users.head(1), "result", as_key="second result")
        with DoltDT(run=self, config=DoltConfig(self.database, commit=users)) as dolt:
            self.direct = dolt.read("users", as_key="direct")
        with DoltDT(run=self, config=DoltConfig("made-by-a-write")) as dolt:
            dolt.write(USERS, "users", "id", as_key="made")
        if self.past:
            with DoltDT(run=self.past, config=DoltConfig(self.database, branch="replay", base="main")) as dolt:
                self.replayed = dolt.read("users", as_key="replayed")
                self.replayed_sql = dolt.sql("SELECT name FROM users", as_key="count")
                dolt.write(self.replayed, "replay", ["id"])

    def conflicts(self):
        def read_and_replace():
            with DoltDT(run=self, config=self.main) as dolt:
                users = dolt.read("users", as_key="conflicting read")
                dolt.write(users.assign(name="ours"), "users", as_key="conflicting write")
                write_table(self.database, "users", USERS.assign(name="theirs"), message="Theirs")

        def dirty():
            with DoltDT(run=self, config=DoltConfig(self.database, branch="dirty")) as dolt:
                dolt.write(USERS.assign(name="clean"), "users", as_key="dirty")

        self.attempt("conflict", read_and_replace)
        self.attempt("dirty", dirty)
        with DoltDT(run=self, config=DoltConfig(self.database, branch="dirty")) as dolt:
            self.clean_read = dolt.read("users", as_key="beside dirty")

    def mistakes(self):
        before = self.commits()

        def raising():
            with DoltDT(run=self, config=self.main) as dolt:
                dolt.read("users", as_key="read before the error")
                dolt.write(USERS, "lost")
                raise DoltError("the step's own")

        def block(*actions, config=None, **arguments):
            def act():
                with DoltDT(run=self, config=config or self.main, **arguments) as dolt:
                    dolt.write(USERS, "lost", as_key="never there")
                    for action in actions:
                        action(dolt)

            return act

        def read_only():
            with DoltDT(run=self, audit={"actions": {}, "configs": {}}) as dolt:
                dolt.write(USERS, "lost")

        nulls = pd.DataFrame({"id": ["a", None, "c"], "v": [1, 2, 3]})
        self.attempt("raising", raising)
        self.attempt(
            "duplicate read", block(lambda d: d.read("users", as_key="k"), lambda d: d.read("users", as_key="k"))
        )
        self.attempt("duplicate write", block(lambda d: d.write(USERS, "lost", as_key="never there")))
        self.attempt("nulls", block(lambda d: d.write(nulls, "nulls", pks=["id"])))
        self.attempt("null in index", block(lambda d: d.write(nulls.set_index("id"), "nulls")))
        self.attempt("duplicates", block(lambda d: d.write(USERS.assign(id=1), "t", pks=["id"])))
        self.attempt("unknown pk", block(lambda d: d.write(USERS, "t", pks=["ident"])))
        self.attempt("no table", block(lambda d: d.read("userz")))
        self.attempt("no frame", block(lambda d: d.write([1, 2], "t")))
        self.attempt("no branch", block(config=DoltConfig(self.database, branch="mian")))
        self.attempt("commit without branch", block(config=DoltConfig(self.database, commit=self.at["users"])))
        self.attempt("audit without config", read_only)
        self.attempt("outside of with", lambda: DoltDT(run=self, config=self.main).write(USERS, "lost"))
        self.attempt("writing sql", block(lambda d: d.sql("DELETE FROM users", as_key="d")))
        self.mistaken_commits = self.commits() - before

        def raising_on_a_new_branch():
            with DoltDT(run=self, config=DoltConfig(self.database, branch="never-made", base="main")) as dolt:
                dolt.write(USERS, "lost")
                raise DoltError("the step's own")

        self.attempt("raising on a new branch", raising_on_a_new_branch)

    def attempt(self, name, act):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.kept = getattr(error, "branch", None) or getattr(self, "kept", None)
            self.errors[name] = ([each.__name__ for each in type(error).__mro__], str(error))
        else:
            self.errors[name] = ([], "no error")

    @step
    def later(self):
        with DoltDT(run=self, config=self.main) as dolt:
            self.medians_read = dolt.read("medians")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ActionsFlow()
