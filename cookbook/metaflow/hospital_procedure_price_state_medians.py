"""The first flow: the median price of each procedure in each state."""

from metaflow import FlowSpec, Parameter, step

from dolt_integrations.metaflow import DoltConfig, DoltDT

PRICES_BY_STATE = """
    SELECT h.state, p.code, p.payer, p.price
    FROM prices p LEFT JOIN hospitals h ON p.npi_number = h.npi_number
"""


class HospitalPriceStateMedians(FlowSpec):
    hospital_price_db = Parameter("hospital-price-db", help="Database of hospital procedure prices", required=True)
    hospital_price_db_branch = Parameter("hospital-price-db-branch", help="Branch to read", default=None)
    hospital_price_analysis_db = Parameter("hospital-price-analysis-db", help="Database to write to", required=True)
    hospital_price_analysis_db_branch = Parameter(
        "hospital-price-analysis-db-branch", help="Branch to write to", default=None
    )
    historical_run_path = Parameter("historical-run-path", help="Read the same data as this run", default=None)

    @step
    def start(self):
        read_conf = DoltConfig(database=self.hospital_price_db, branch=self.hospital_price_db_branch)
        with DoltDT(run=self.historical_run_path or self, config=read_conf) as dolt:
            prices = dolt.sql(PRICES_BY_STATE, as_key="prices")

        median_price_by_state = prices.groupby(["state", "code"]).median(numeric_only=True)

        write_conf = DoltConfig(database=self.hospital_price_analysis_db, branch=self.hospital_price_analysis_db_branch)
        with DoltDT(run=self, config=write_conf) as dolt:
            dolt.write(median_price_by_state, "state_procedure_medians", ["state", "code"])
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    HospitalPriceStateMedians()
