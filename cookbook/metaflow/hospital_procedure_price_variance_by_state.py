"""The second flow: the variance of each procedure's median price across states."""

from metaflow import FlowSpec, Parameter, step

from dolt_integrations.metaflow import DoltConfig, DoltDT


class HospitalProcedurePriceVarianceByState(FlowSpec):
    hospital_price_analysis_db = Parameter("hospital-price-analysis-db", help="Database of the medians", required=True)
    hospital_price_analysis_db_branch = Parameter(
        "hospital-price-analysis-db-branch", help="Branch to read and write", default=None
    )
    historical_run_path = Parameter("historical-run-path", help="Read the same data as this run", default=None)

    @step
    def start(self):
        analysis_conf = DoltConfig(
            database=self.hospital_price_analysis_db, branch=self.hospital_price_analysis_db_branch
        )
        with DoltDT(run=self.historical_run_path or self, config=analysis_conf) as dolt:
            median_price_by_state = dolt.read("state_procedure_medians")
            variance_by_procedure = median_price_by_state.groupby("code").var()
            dolt.write(variance_by_procedure, "variance_by_procedure")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    HospitalProcedurePriceVarianceByState()
