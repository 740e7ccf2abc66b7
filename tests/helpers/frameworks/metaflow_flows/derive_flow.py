from metaflow import FlowSpec, Parameter, step

from dolt_integrations.metaflow import DoltConfig, DoltDT


class DeriveFlow(FlowSpec):
    database = Parameter("database")

    @step
    def start(self):
        with DoltDT(run=self, config=DoltConfig(self.database)) as dolt:
            dolt.write(dolt.read("users"), "derived", pks=["id"])
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    DeriveFlow()
