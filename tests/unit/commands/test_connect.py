"""An account is connected, at platforms that behave as the real ones."""

from __future__ import annotations

import asyncio
import gc
import os
import pty
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from bot.commands import connect, main
from tests.fakes.mastodon import MISSING, PYTHON, mastodon_mock
from tests.fakes.meta import Meta
from tests.fakes.meta.apps import FakeApp
from tests.fakes.meta.server import APP_SECRET
from tests.fakes.product import eventually
from tests.fakes.telegram import Answer, BotApi, FakeBot

# The command runs in a thread of ours, as if it were a process: what its loop leaves open at the end is
# closed by nobody.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[3]
TOKEN, WEBHOOK = "4242:AAF-made_up_for_tests", "made-up_webhook-secret"
PAGE_TOKEN = "EAAB-made-up"


@pytest.fixture(autouse=True)
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


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there."""
    monkeypatch.setattr(connect, "_is_terminal", lambda: True)


async def said(*arguments: str, typed: str = "", code: int = 0) -> str:
    """What is printed, once the command has ended with that code."""
    ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_invoke, args=(ended, arguments, typed), daemon=True).start()
    result = await asyncio.wait_for(ended, 30)
    assert result.exit_code == code, result.output
    assert TOKEN not in result.output
    assert WEBHOOK not in result.output
    return result.output


def _invoke(ended: asyncio.Future[Result], arguments: tuple[str, ...], typed: str) -> None:
    """In a thread that nobody waits for: one that hangs must not hang the tests."""
    result = CliRunner().invoke(main, ["connect", *arguments], input=typed)
    with suppress(RuntimeError):  # the test has given up
        ended.get_loop().call_soon_threadsafe(_tell, ended, result)


def _tell(ended: asyncio.Future[Result], result: Result) -> None:
    if not ended.done():
        ended.set_result(result)


async def test_without_a_terminal_it_says_what_to_set(environment: dict[str, str]) -> None:
    output = await said("telegram", "--account", "nimbea_fr", code=2)
    assert "@BotFather" in output
    assert "TELEGRAM_NIMBEA_FR_TOKEN (or TELEGRAM_NIMBEA_FR_TOKEN_FILE)" in output
    assert "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET" in output


async def test_several_accounts_must_be_told_apart(environment: dict[str, str]) -> None:
    assert "--account nimbea_fr or nimbea_uk" in await said("telegram", code=1)


async def test_secrets_that_accounts_of_a_family_share_are_shared(environment: dict[str, str]) -> None:
    output = await said("whatsapp", "--account", "shop", code=2)
    assert "app_secret [META_APP_SECRET]" in output
    assert "token [WHATSAPP_SHOP_TOKEN]" in output
    assert "--set phone_number_id=...: the app's page" in output


async def test_account_is_checked_and_its_entry_for_brand_yml_shown(shop: list[str], bot: FakeBot) -> None:
    output = await said(*shop)
    assert "The platform knows it as @shop_bot" in output
    assert "secrets:\n      token: TELEGRAM_SHOP_TOKEN\n      webhook: TELEGRAM_SHOP_WEBHOOK\n" in output
    assert "Not registered: say where the platform reaches the gateway" in output
    assert bot.webhook is None
    assert not Path(".env").exists()


async def test_webhook_is_registered_and_a_message_is_waited_for_and_answered(
    shop: list[str], bot: FakeBot, environment: dict[str, str]
) -> None:
    url = f"http://127.0.0.1:{environment['RELAIS_PORT']}"
    waiting = asyncio.create_task(said(*shop, "--url", url, "--wait"))
    await eventually(lambda: bot.webhook)
    bot.user(5).says("hello")
    output = await waiting
    assert "The platform will send message, edited_message" in output
    assert "Ann wrote in private: hello" in output
    assert [sent["text"][:12] for sent in bot.sent] == ["Test message"]
    # It was not acknowledged: the gateway shall have it.
    assert len(bot.updates) == 1


async def test_polled_message_is_shown_answered_and_left_for_the_gateway(
    shop: list[str], bot: FakeBot
) -> None:
    bot.user(5).says("hello\x1b]0;mine\x07\nSent")
    output = await said(*shop, "--set", "mode=polling", "--wait")
    assert "They are fetched" in output
    assert "Ann wrote in private: hello ]0;mine  Sent" in output
    assert len(bot.sent) == 1
    assert len(bot.updates) == 1


async def test_message_goes_to_whom_it_is_said(shop: list[str], bot: FakeBot) -> None:
    bot.keep(bot.user(5).private)
    assert "the platform took it as" in await said(*shop, "--to", "5")
    assert len(bot.sent) == 1


async def test_recipient_that_is_none_is_said(shop: list[str], bot: FakeBot) -> None:
    assert "'@ann' cannot get a test message; who can is the number" in await said(
        *shop, "--to", "@ann", code=1
    )


async def test_dead_token_is_said_with_where_to_get_another(
    shop: list[str], bot: FakeBot, api: BotApi
) -> None:
    api.revoke(bot)
    output = await said(*shop, code=1)
    assert "It does not take these credentials" in output
    assert "token: @BotFather's answer" in output


async def test_platform_that_has_no_time_is_said(shop: list[str], bot: FakeBot, api: BotApi) -> None:
    api.faults.next("getMe", Answer(429, retry_after=7))
    assert "try again in 7 s" in await said(*shop, code=1)


async def test_what_is_typed_is_kept_only_after_the_platform_took_it(
    environment: dict[str, str], terminal: None, bot: FakeBot, api: BotApi
) -> None:
    Path(".env").write_text("# mine\n")
    shop = ["telegram", "--account", "shop", "--set", f"base_url={api.base_url}", "--no-wait"]
    # token, webhook, mode, public_url, username, write to .env, to whom
    refused = await said(*shop, typed="1:wrong\n\n\n\n\n", code=1)
    assert "It does not take these credentials" in refused
    assert Path(".env").read_text() == "# mine\n"
    await said(*shop, typed=f"{TOKEN}\n\n\n\n\ny\n\n")
    kept = Path(".env").read_text()
    assert re.fullmatch(rf"# mine\nTELEGRAM_SHOP_TOKEN={TOKEN}\nTELEGRAM_SHOP_WEBHOOK=[\w-]{{43}}\n", kept)


async def test_page_is_subscribed_and_the_webhook_verified_while_no_gateway_runs(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEBOOK_SHOP_TOKEN", PAGE_TOKEN)
    monkeypatch.setenv("META_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("META_VERIFY_TOKEN", "made-up-verify")
    url = f"http://127.0.0.1:{environment['RELAIS_PORT']}"
    async with Meta(haste=1000) as meta:
        page, app = meta.page("10001", PAGE_TOKEN), FakeApp(meta)
        options = [f"base_url={meta.base_url}", "page_id=10001", f"app_id={meta.app}"]
        arguments = ["facebook", "--account", "shop", *(part for each in options for part in ("--set", each))]
        waiting = asyncio.create_task(said(*arguments, "--url", url, "--wait"))
        await eventually(lambda: meta.webhook)
        page.person("5005").says("hello")
        output = await waiting
        assert app.wishes["page"]["callback_url"] == f"{url}/channels/meta"
        assert "wrote in private: hello" in output
        assert len(page.sent) == 1
        assert "give the Get started button" in output


async def test_running_gateway_shows_what_came_in(
    shop: list[str], bot: FakeBot, environment: dict[str, str]
) -> None:
    async def health(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/health", health)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(environment["RELAIS_PORT"])).start()
    try:
        assert "start Relais first" in await said(*shop, "--wait", code=1)
    finally:
        await runner.cleanup()
        # The connection on which it was asked ends in the next steps of the loop.
        await asyncio.sleep(0.2)


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_direct_message_goes_out_on_mastodon(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not PYTHON.exists():
        pytest.skip(MISSING)
    with mastodon_mock() as server:
        shop, ann = server.shop(), server.person("ann")
        monkeypatch.setenv("MASTODON_SHOP_TOKEN", shop.token)
        output = await said(
            "mastodon", "--account", "shop", "--set", f"base_url={server.url}", "--to", "@ann"
        )
        assert f"The platform knows it as @{shop.acct}" in output
        status = re.search(r"took it as (\w+)", output)
        assert status
        assert ann.status(status[1])["visibility"] == "direct"


@pytest.mark.timeout(60)
async def test_secret_is_hidden_in_a_real_terminal(
    environment: dict[str, str], bot: FakeBot, api: BotApi
) -> None:
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "bot", "connect", "telegram", "--account", "shop")
    process = await asyncio.create_subprocess_exec(
        *command,
        "--set",
        f"base_url={api.base_url}",
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # Whoever starts the tests in the background lets them ignore Ctrl-C, and all that they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    os.close(theirs)
    try:
        screen = Screen(ours)
        for question, answer in (
            ("token:", TOKEN),
            ("made up):", ""),
            ("mode (Enter: none):", ""),
            ("public_url (Enter: none):", ""),
            ("username (Enter: none):", ""),
            ("[Y/n]:", "y"),
            ("To whom?", ""),
        ):
            await screen.until(question)
            os.write(ours, f"{answer}\n".encode())
        await screen.until("Ctrl-C ends this")
        process.send_signal(signal.SIGINT)  # as Ctrl-C does
        await screen.until("Ended.")
        assert await process.wait() == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        os.close(ours)
    assert TOKEN not in screen.text
    assert f"TELEGRAM_SHOP_TOKEN={TOKEN}\n" in Path(".env").read_text()


class Screen:
    """What a terminal shows."""

    def __init__(self, descriptor: int) -> None:
        self.text = ""
        self._seen = 0
        self._descriptor = descriptor

    async def until(self, words: str) -> None:
        """Read on until it shows some words more."""
        while words not in self.text[self._seen :]:
            await asyncio.wait_for(self._read(), 30)
        self._seen = self.text.index(words, self._seen) + len(words)

    async def _read(self) -> None:
        with suppress(OSError):  # the other side has ended
            self.text += (await asyncio.to_thread(os.read, self._descriptor, 4096)).decode(errors="replace")
