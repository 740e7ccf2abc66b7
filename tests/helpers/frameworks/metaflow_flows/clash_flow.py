"""Parallel steps that write one key of one table."""

import pandas as pd
from metaflow import FlowSpec, Parameter, step

from dolt_integrations.errors import DoltError
from dolt_integrations.metaflow import DoltConfig, DoltDT


class ClashFlow(FlowSpec):
    database = Parameter("database", required=True)

    @step
    def start(self):
        self.parts = [1, 2]
        self.next(self.part, foreach="parts")

    @step
    def part(self):
        self.error = ""
        try:
            with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
                dolt.write(pd.DataFrame({"id": [7], "value": [self.input]}), "clash", pks=["id"])
        except DoltError as error:
            self.error = type(error).__name__
        self.next(self.join)

    @step
    def join(self, inputs):
        self.errors = sorted(each.error for each in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ClashFlow()
