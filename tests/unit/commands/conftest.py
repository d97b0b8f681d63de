from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.settings import Settings, read_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An installation of its own, whose ports nobody listens on."""
    # A developer's own .env stays out.
    monkeypatch.chdir(tmp_path)
    environment = {
        "RELAIS_STATE": str(tmp_path / "var"),
        "RELAIS_BRAND": str(ROOT / "brand.yml"),
        "RELAIS_PORT": str(free_port()),
        "RELAIS_WORKER_PORT": str(free_port()),
        "RELAIS_RASA_PORT": str(free_port()),
        "RELAIS_ACTIONS_PORT": str(free_port()),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return read_settings(environment)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
