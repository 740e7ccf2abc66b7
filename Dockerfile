# The image that Flyte runs tasks in: flytekit, this plugin and a dolt binary.
#   docker build -t flytekitplugins-dolt .
# Packages are those of constraints.txt (`make constraints`). Hold the images to their digests, which your registry knows:
#   docker build --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:... --build-arg GO_IMAGE=golang:...@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG GO_IMAGE=golang:1.26-bookworm

# Built from source, which Go checks against its checksum database; with DOLT_SHA256 the official release is taken instead.
FROM ${GO_IMAGE} AS dolt
ARG DOLT_VERSION=1.83.2
ARG DOLT_SHA256=
WORKDIR /build
COPY scripts/ scripts/
RUN DOLT_VERSION=${DOLT_VERSION} DOLT_SHA256=${DOLT_SHA256} scripts/install_dolt.sh

FROM ${PYTHON_IMAGE}
# /root is where Flyte unpacks the code of a fast registration and looks for a workflow's modules.
ENV PYTHONPATH=/root
RUN useradd --create-home --uid 1000 flytekit && chown -R flytekit: /root
COPY --from=dolt /build/.tools/bin/dolt /usr/local/bin/dolt
COPY . /tmp/package
RUN pip install --no-cache-dir --constraint /tmp/package/constraints.txt /tmp/package \
    && rm -rf /tmp/package \
    && command -v pyflyte-execute
USER flytekit
WORKDIR /root
# What flytekit takes for the image of the tasks that run in it.
ARG IMAGE=flytekitplugins-dolt
ENV FLYTE_INTERNAL_IMAGE=${IMAGE}
