# The gateway and the workers, which face the network: a current Python, and no Rasa.
# Built from the root of the repository: docker build --file deploy/edge.Dockerfile .
FROM python:3.13-slim AS build

# SQLAlchemy 1.4 comes as source here. The compiler stays behind, so its version matters little.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-edge.lock /build/
RUN python -m venv /opt/relais \
    && /opt/relais/bin/pip install --no-cache-dir --no-deps --require-hashes \
        --requirement /build/requirements-edge.lock \
    && /opt/relais/bin/pip uninstall --quiet --yes pip

WORKDIR /app
COPY bot bot
COPY brand.yml ./
COPY data/guard data/guard
# Rasa's components are not for this image. Everything else is compiled: nothing is written later.
RUN rm -r bot/nlu && /opt/relais/bin/python -m compileall -q /opt/relais/lib bot


FROM python:3.13-slim

RUN python -m pip uninstall --quiet --yes pip \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin relais \
    && install --directory --owner relais --group relais --mode 0700 /var/lib/relais
COPY --from=build /opt/relais /opt/relais
COPY --from=build /app /app
COPY deploy/healthy.py /app/

WORKDIR /app
ENV PATH=/opt/relais/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RELAIS_HOST=0.0.0.0 \
    RELAIS_WORKER_HOST=0.0.0.0 \
    RELAIS_STATE=/var/lib/relais
USER 10001:10001
EXPOSE 8080 8081
CMD ["python", "-m", "bot", "gateway"]
