"""A step that is retried, and whose attempts do what a program says."""

import json

import pandas as pd
from metaflow import FlowSpec, Parameter, current, retry, step

from dolt_integrations.core import write_table
from dolt_integrations.metaflow import DoltConfig, DoltDT


def rows(numbers, value):
    return pd.DataFrame({"id": numbers, "value": [f"{value}{number}" for number in numbers]})


class ProgramFlow(FlowSpec):
    database = Parameter("database", required=True)
    attempts = Parameter("attempts", required=True, help="For each attempt its steps, as JSON")

    @retry(times=3, minutes_between_retries=0)
    @step
    def start(self):
        attempts = json.loads(self.attempts)
        for kind, *arguments in attempts[current.retry_count]:
            getattr(self, kind)(*arguments)
        if current.retry_count + 1 < len(attempts):
            raise RuntimeError("the next attempt does otherwise")
        self.next(self.end)

    def read(self, table):
        DoltDT(run=self, config=DoltConfig(self.database)).read(table)

    def others(self, table, number):
        write_table(self.database, table, rows([number], "v"), mode="append")

    def block(self, writes):
        with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
            for table, mode, numbers, value in writes:
                dolt.write(rows(numbers, value), table, mode=mode)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ProgramFlow()
