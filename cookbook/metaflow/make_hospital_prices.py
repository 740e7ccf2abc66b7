"""Make a database of hospital prices with a history: each commit has more hospitals and more procedures.

python make_hospital_prices.py hospital-price-transparency
python make_hospital_prices.py hospital-price-transparency --rows 1000000
"""

import argparse

import numpy as np
import pandas as pd

from dolt_integrations.core import Transaction

STATES = ["AL", "CA", "FL", "NY", "PA", "TX", "WA", "WI"]
PAYERS = ["Aetna", "Cigna", "Medicare", "self-pay"]
HOSPITALS_PER_COMMIT = 8
CORRUPT = 0.02


def procedure_codes(count: int, rng: np.random.Generator) -> np.ndarray:
    codes = np.array([f"CPT {10000 + number}" for number in range(count)], dtype=object)
    corrupt = rng.random(count) < CORRUPT
    corrupt[-1] = True  # there is one, however few rows there are
    codes[corrupt] = [f"nan,{number}" for number in range(int(corrupt.sum()))]
    return rng.permutation(codes)


def delivery(
    number: int, codes: np.ndarray, rng: np.random.Generator, share: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What one commit adds: some hospitals, and their prices for the share of the procedures that is known by then."""
    first = number * HOSPITALS_PER_COMMIT
    npi_numbers = [f"{1_000_000_000 + each}" for each in range(first, first + HOSPITALS_PER_COMMIT)]
    states = [STATES[each % len(STATES)] for each in range(HOSPITALS_PER_COMMIT)]
    names = [f"Hospital {npi_number[-3:]}" for npi_number in npi_numbers]
    hospitals = pd.DataFrame({"npi_number": npi_numbers, "state": states, "name": names})
    known = codes[: max(1, int(len(codes) * share))]
    prices = pd.MultiIndex.from_product([npi_numbers, known, PAYERS], names=["npi_number", "code", "payer"]).to_frame(
        index=False
    )
    prices["price"] = rng.lognormal(mean=6.0, sigma=1.0, size=len(prices)).round(2)
    return hospitals, prices


def make(directory: str, rows: int, commits: int) -> None:
    rng = np.random.default_rng(seed=2021)
    per_code = HOSPITALS_PER_COMMIT * len(PAYERS) * (commits + 1) / 2
    codes = procedure_codes(max(commits, round(rows / per_code)), rng)
    for number in range(commits):
        hospitals, prices = delivery(number, codes, rng, share=(number + 1) / commits)
        with Transaction(directory, message=f"Add {len(hospitals)} hospitals and their prices") as block:
            block.write("hospitals", hospitals, primary_key="npi_number", mode="upsert")
            block.write("prices", prices, primary_key=["npi_number", "code", "payer"], mode="upsert")
        print(f"{block.version.commit}  {len(hospitals)} hospitals, {len(prices)} prices")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--rows", type=int, default=2000, help="of the table prices, in all")
    parser.add_argument("--commits", type=int, default=5)
    arguments = parser.parse_args()
    make(arguments.directory, arguments.rows, arguments.commits)
