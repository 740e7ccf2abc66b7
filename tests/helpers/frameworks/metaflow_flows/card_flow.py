"""A flow whose steps show tables in cards: one that they have written, and one that cannot be looked at."""

import pandas as pd
from metaflow import FlowSpec, card, current, step

from dolt_integrations import Repository
from dolt_integrations.metaflow import DoltConfig, DoltDT, card_component


class CardFlow(FlowSpec):
    @card(type="blank")
    @step
    def start(self):
        with DoltDT(run=self, config=DoltConfig("shop", message="Users of May")) as dolt:
            dolt.write(pd.DataFrame({"id": [1, 2], "name": ["Ann", "<script>alert(1)</script>"]}), "users", pks=["id"])
        current.card.append(card_component(dolt.card("users")))
        current.card.append(card_component(Repository("shop")))
        current.card.append(card_component(Repository("mysql://me@127.0.0.1:1/away").table("users")))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    CardFlow()
