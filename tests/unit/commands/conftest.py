from __future__ import annotations

import gc
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.settings import Settings, read_settings
from tests.fakes.telegram import BotApi, FakeBot
from tests.unit.commands.connecting import TOKEN, WEBHOOK

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


@pytest.fixture
def swept() -> Iterator[None]:
    """What was left open is found now, and not in the midst of other tests."""
    yield
    gc.collect()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(haste=1000) as api:
        yield api


@pytest.fixture
def bot(api: BotApi) -> FakeBot:
    return api.bot(TOKEN, "shop_bot")


@pytest.fixture
def shop(environment: dict[str, str], api: BotApi, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A bot of Telegram that brand.yml does not know, and whose secrets are set."""
    monkeypatch.setenv("TELEGRAM_SHOP_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_SHOP_WEBHOOK", WEBHOOK)
    return ["telegram", "--account", "shop", "--set", f"base_url={api.base_url}"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
