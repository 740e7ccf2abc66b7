"""What the nodes do: the article's step on a CSV file, and users as in ../branch_example.py."""

import csv
from pathlib import Path

import pandas as pd


def correct(file: Path) -> Path:
    """Read the CSV file that was loaded, correct what c2 has wrong, and write the file that is saved."""
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    corrected = Path("data/03_primary/bar.csv")
    corrected.parent.mkdir(parents=True, exist_ok=True)
    with corrected.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, ["c", "text"])
        writer.writeheader()
        writer.writerows({**row, "text": "zwei" if row["c"] == "2" else row["text"]} for row in rows)
    return corrected


def multiply(users: pd.DataFrame, a: int) -> pd.DataFrame:
    return users.assign(count=users["count"] * a)


def filter_users(users: pd.DataFrame, least: int) -> pd.DataFrame:
    return users.loc[users["count"] > least, ["name"]].reset_index(drop=True)
