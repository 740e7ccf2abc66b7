"""The libraries that a warm interpreter has: those below the frameworks and this project, never these themselves."""

from __future__ import annotations

import importlib
import warnings

LIBRARIES = """
    asyncio concurrent.futures email.message http.client http.server logging.config logging.handlers
    multiprocessing.managers multiprocessing.shared_memory sqlite3 ssl unittest.mock xml.etree.ElementTree
    numpy numpy.random pandas polars pyarrow pyarrow.csv pyarrow.dataset pyarrow.feather pyarrow.parquet connectorx
    cryptography.hazmat.primitives.asymmetric.padding cryptography.x509 pymysql pymysql.cursors
    aiohttp attr cachetools charset_normalizer click.shell_completion cloudpickle croniter dataclasses_json docker
    docstring_parser dynaconf fsspec.implementations.http fsspec.implementations.local importlib_metadata jinja2 joblib
    jsonlines keyring markdown_it marshmallow marshmallow_enum mashumaro.codecs.json mashumaro.codecs.msgpack
    mashumaro.mixins.json msgpack omegaconf packaging.version parse pluggy pydantic.main pydantic.fields
    pygments.lexers pygments.styles pythonjsonlogger pytimeparse requests rich.console rich.logging rich.panel
    rich.progress rich.syntax rich.table rich.traceback rich.tree rich_click statsd typing_inspect urllib3 yaml
    flyteidl.core.errors_pb2 flyteidl.plugins.array_job_pb2 flyteidl.service.admin_pb2_grpc
    flyteidl.service.agent_pb2_grpc flyteidl.service.auth_pb2_grpc flyteidl.service.dataproxy_pb2_grpc
    flyteidl.service.signal_pb2_grpc flyteidl2.task.common_pb2 flyteidl2.workflow.run_definition_pb2 obstore.fsspec
""".split()


def import_libraries() -> None:
    """Import the libraries that are installed."""
    with warnings.catch_warnings(action="ignore"):
        for name in LIBRARIES:
            try:
                importlib.import_module(name)
            except ImportError:
                continue  # a program imports what it needs itself
