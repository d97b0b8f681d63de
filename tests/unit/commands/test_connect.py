"""An account is connected, at platforms that behave as the real ones."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.commands import connect
from tests.fakes.telegram import Answer, BotApi, FakeBot
from tests.unit.commands.connecting import TOKEN, said

# The command runs in a thread of ours, as if it were a process: what its loop leaves open at the end is
# closed by nobody.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("swept"),
]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there."""
    monkeypatch.setattr(connect, "_is_terminal", lambda: True)


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
