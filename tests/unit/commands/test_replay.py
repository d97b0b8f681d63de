from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result

from bot.commands import main


class FakeGateway:
    """Keeps what is posted at it, and answers with a status."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[tuple[str, str | None, bytes]] = []

    async def webhook(self, request: web.Request) -> web.Response:
        signature = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.requests.append((request.path, signature, await request.read()))
        return web.Response(text="said the gateway", status=self.status)


@pytest.fixture
async def gateway(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway()
    app = web.Application()
    app.add_routes([web.post("/channels/{channel}/{account}", gateway.webhook)])
    monkeypatch.setenv("TELEGRAM_NIMBEA_UK_TOKEN", "123:token")
    monkeypatch.setenv("TELEGRAM_NIMBEA_UK_WEBHOOK_SECRET", "whisper")
    async with TestServer(app, host="127.0.0.1", port=int(environment["RELAIS_PORT"])):
        yield gateway


@pytest.fixture
def payload(environment: dict[str, str]) -> Path:
    file = Path("telegram/payloads/text.json")
    file.parent.mkdir(parents=True)
    file.write_bytes(b'{"update_id": 1}\n')
    return file


async def replay(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["replay", *arguments])


async def test_a_payload_is_posted_signed_as_the_platform_would(gateway: FakeGateway, payload: Path) -> None:
    result = await replay(str(payload), "--to", "telegram/nimbea_uk")
    assert result.output == "/channels/telegram/nimbea_uk answered 200 said the gateway\n"
    assert gateway.requests == [("/channels/telegram/nimbea_uk", "whisper", b'{"update_id": 1}\n')]


async def test_the_path_suggests_an_account_that_is_switched_on(gateway: FakeGateway, payload: Path) -> None:
    await replay(str(payload))
    assert gateway.requests[0][0] == "/channels/telegram/nimbea_uk"


async def test_a_refused_payload_is_a_failure(gateway: FakeGateway, payload: Path) -> None:
    gateway.status = 400
    assert (await replay(str(payload))).exit_code == 1


async def test_an_account_that_is_off_says_what_to_set(gateway: FakeGateway, payload: Path) -> None:
    result = await replay(str(payload), "--to", "telegram/nimbea_fr")
    assert result.exit_code == 1
    assert "TELEGRAM_NIMBEA_FR_TOKEN" in result.output


async def test_an_unknown_account_says_which_there_are(gateway: FakeGateway, payload: Path) -> None:
    result = await replay(str(payload), "--to", "telegram/nowhere")
    assert "webchat/nimbea" in result.output


async def test_without_a_gateway_it_says_how_to_start_one(
    payload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_NIMBEA_UK_TOKEN", "123:token")
    monkeypatch.setenv("TELEGRAM_NIMBEA_UK_WEBHOOK_SECRET", "whisper")
    result = await replay(str(payload))
    assert result.exit_code == 1
    assert "make run" in result.output
