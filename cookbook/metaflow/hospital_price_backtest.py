"""A back-test over the history of the prices: train on each commit, test on what the next commit added.

The model is a procedure's median price; its error is the mean of |log(price / median)|.
"""

import itertools

import numpy as np
import pandas as pd
from metaflow import FlowSpec, Parameter, step

from dolt_integrations.metaflow import DoltConfig, DoltDT


class HospitalPriceBacktest(FlowSpec):
    hospital_price_db = Parameter("hospital-price-db", help="Database of hospital procedure prices", required=True)
    hospital_price_analysis_db = Parameter("hospital-price-analysis-db", help="Database to write to", required=True)

    @step
    def start(self):
        commits = DoltDT(run=self, config=DoltConfig(self.hospital_price_db)).history("prices")["commit"].tolist()[::-1]
        self.folds = list(itertools.pairwise(commits))
        self.next(self.score, foreach="folds")

    @step
    def score(self):
        train, test = self.input
        with DoltDT(run=self, config=DoltConfig(self.hospital_price_db, commit=train)) as dolt:
            model = dolt.read("prices").groupby("code")["price"].median()
            new = dolt.diff(train, test, "prices").query("diff_type == 'added'")
        known = new[new["to_code"].isin(model.index)]
        error = np.abs(np.log(known["to_price"].to_numpy(float) / model.loc[known["to_code"]].to_numpy()))
        score = pd.DataFrame({"train": [train], "test": [test], "rows": [len(known)], "error": [error.mean()]})
        with DoltDT(run=self, config=DoltConfig(self.hospital_price_analysis_db)) as dolt:
            dolt.write(score, "backtest_scores", pks=["train", "test"])
        self.next(self.join)

    @step
    def join(self, inputs):
        with DoltDT(run=self, config=DoltConfig(self.hospital_price_analysis_db)) as dolt:
            self.scores = dolt.read("backtest_scores")
        self.next(self.end)

    @step
    def end(self):
        print(self.scores.to_string(index=False))


if __name__ == "__main__":
    HospitalPriceBacktest()
