# Rasa and the action server, which only the private network reaches. Rasa 3.6 runs on Python 3.10 at
# most. Built from the root of the repository: docker build --file deploy/assistant.Dockerfile .
FROM python:3.10-slim AS packages

# Some packages come as source. The compiler stays behind, so its version matters little.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-assistant.lock /build/
RUN python -m venv /opt/relais \
    && /opt/relais/bin/pip install --no-cache-dir --no-deps --require-hashes \
        --requirement /build/requirements-assistant.lock \
    && /opt/relais/bin/pip uninstall --quiet --yes pip


# The model is part of the image: a release is one thing, every server of it reads alike, and going
# back to the image before brings back the model before.
FROM packages AS model

WORKDIR /app
COPY config.yml credentials.yml domain.yml requirements-assistant.lock ./
COPY deploy/endpoints.yml endpoints.yml
COPY data data
COPY actions actions
COPY bot bot
RUN /opt/relais/bin/python -m bot train \
    && /opt/relais/bin/python -m compileall -q actions bot \
    && rm -rf .rasa var


FROM python:3.10-slim

RUN python -m pip uninstall --quiet --yes pip \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin relais \
    && install --directory --owner relais --group relais --mode 0700 /var/lib/relais
COPY --from=packages /opt/relais /opt/relais
COPY --from=model /app /app
COPY deploy/healthy.py /app/

WORKDIR /app
# Libraries that want to write their caches find a home in memory.
ENV PATH=/opt/relais/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SANIC_HOST=0.0.0.0
USER 10001:10001
EXPOSE 5005 5055
CMD ["python", "-m", "bot.supervisor.hushed", "rasa", "run", "--quiet", "--model", "models", \
    "--interface", "0.0.0.0", "--port", "5005"]
