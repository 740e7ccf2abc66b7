# The image that Flyte runs tasks in: flytekit, this plugin and a dolt binary.
#   docker build -t flytekitplugins-dolt .
# Python 3.11, because doltcli's dependency typed-ast has wheels up to there and a slim image has no compiler.
ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim AS dolt
ARG DOLT_VERSION=1.83.2
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts/install_dolt.sh scripts/
RUN DOLT_VERSION=${DOLT_VERSION} scripts/install_dolt.sh

FROM python:${PYTHON_VERSION}-slim
# /root is where Flyte unpacks the code of a fast registration and looks for a workflow's modules.
ENV PYTHONPATH=/root
RUN useradd --create-home --uid 1000 flytekit && chown -R flytekit: /root
COPY --from=dolt /build/.tools/bin/dolt /usr/local/bin/dolt
COPY . /tmp/package
RUN pip install --no-cache-dir /tmp/package \
    && rm -rf /tmp/package \
    && command -v pyflyte-execute
USER flytekit
WORKDIR /root
# What flytekit takes for the image of the tasks that run in it.
ARG IMAGE=flytekitplugins-dolt
ENV FLYTE_INTERNAL_IMAGE=${IMAGE}
