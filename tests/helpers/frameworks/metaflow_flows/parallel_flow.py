"""A retried step, then parallel ones that write to one database, two of which fail as long as a file is there."""

import logging
from pathlib import Path

import pandas as pd
from metaflow import FlowSpec, Parameter, current, retry, step

from dolt_integrations.metaflow import DoltConfig, DoltDT, merge_records


class ParallelFlow(FlowSpec):
    database = Parameter("database", required=True)
    failing = Parameter("failing", help="A file", default="")
    rows = Parameter("rows", type=int, default=3)

    @retry(times=1, minutes_between_retries=0)
    @step
    def start(self):
        with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
            counter = dolt.read("counter")
            self.read = int(counter["n"].iloc[0])
            dolt.write(counter + 1, "counter", as_key="counted")
        if current.retry_count == 0:
            raise RuntimeError("after the block has landed")
        self.parts = ["a", "b", "c"]
        self.root_logger = (logging.getLogger().level, len(logging.getLogger().handlers))
        self.next(self.part, foreach="parts")

    @step
    def part(self):
        failing = bool(self.failing) and Path(self.failing).exists()
        if failing and self.input == "b":
            raise RuntimeError("before its block")
        frame = pd.DataFrame({"part": self.input, "number": range(self.rows)})
        with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
            self.seen = int(dolt.sql("SELECT COUNT(*) AS n FROM counter", as_key="count")["n"].iloc[0])
            dolt.write(frame, "together", pks=["part", "number"])
            dolt.write(frame, f"own_{self.input}")
        with DoltDT(run=self, config=DoltConfig(self.database, branch="parts", base="main")) as dolt:
            dolt.write(frame, "together")
        if failing and self.input == "c":
            raise RuntimeError("after its blocks")
        self.next(self.join)

    @step
    def join(self, inputs):
        merge_records(self, inputs)
        self.merge_artifacts(inputs)
        with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
            self.together = dolt.read("together")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParallelFlow()
