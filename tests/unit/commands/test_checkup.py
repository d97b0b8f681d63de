from __future__ import annotations

import platform
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.brand import Account
from bot.channels.registry import CHANNELS
from bot.clock import now
from bot.commands.checkup import Finding, check_up
from bot.commands.prepare import prepare
from bot.errors import DeliveryRefused
from bot.settings import Settings
from bot.store import set_aside, watches
from bot.store.accounts import Accounts
from bot.store.bell import Bell
from bot.store.set_aside import TRIES, Failed
from bot.store.store import Store
from bot.store.watches import TOLD
from tests.fakes.channel import FakeChannel
from tests.servers import LOOPBACK, free_port

ROOT = Path(__file__).parents[3]


def fake(account: Account, secrets: Mapping[str, str]) -> FakeChannel:
    return FakeChannel(account.id)


class RefusedChannel(FakeChannel):
    """An account whose token is dead."""

    async def check(self) -> str:
        raise DeliveryRefused("the token is refused")


def refused(account: Account, secrets: Mapping[str, str]) -> FakeChannel:
    return RefusedChannel(account.id)


async def find(environment: Mapping[str, str], subject: str) -> Finding:
    return next(finding for finding in await check_up(environment) if finding.subject == subject)


async def test_nothing_is_wrong_before_the_first_start(environment: dict[str, str]) -> None:
    assert {finding.state for finding in await check_up(environment)} == {"good", "note"}


async def test_wrong_settings_are_the_only_finding(environment: dict[str, str]) -> None:
    [finding] = await check_up({**environment, "RELAIS_BRAND": "nowhere.yml"})
    assert finding.state == "wrong"
    assert "nowhere.yml" in finding.words


@pytest.mark.servers
async def test_a_redis_that_answers_is_good_and_one_that_does_not_is_wrong(
    environment: dict[str, str], redis_url: str
) -> None:
    assert (await find({**environment, "REDIS_URL": redis_url}, "Redis")).state == "good"
    nowhere = f"redis://{LOOPBACK}:{free_port()}/0"
    finding = await find({**environment, "REDIS_URL": nowhere}, "Redis")
    assert (finding.state, "REDIS_URL" in finding.remedy) == ("wrong", True)


async def test_another_python_for_the_edge_is_good_once_it_has_all_that_is_needed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert "Edge" not in [finding.subject for finding in await check_up(environment)]
    without = another_python(tmp_path / "without", "-S")
    finding = await find({**environment, "RELAIS_EDGE_PYTHON": without}, "Edge")
    assert (finding.state, "No module named" in finding.words) == ("wrong", True)
    ready = another_python(tmp_path / "ready")
    finding = await find({**environment, "RELAIS_EDGE_PYTHON": ready}, "Edge")
    version = platform.python_version()
    assert (finding.state, finding.words) == ("good", f"gateway and workers run on Python {version}")


async def test_what_the_system_cannot_run_is_no_python_for_the_edge(
    environment: dict[str, str], tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_text("no program")
    nothing.chmod(0o755)
    finding = await find({**environment, "RELAIS_EDGE_PYTHON": str(nothing)}, "Edge")
    assert (finding.state, finding.words) == ("wrong", f"{nothing} cannot be run: Exec format error")


def another_python(file: Path, option: str = "") -> str:
    """This one by another name; with -S it knows none of the packages that are installed."""
    file.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} {option} "$@"\n')
    file.chmod(0o700)
    return str(file)


async def test_a_database_that_is_ready_says_who_can_log_in(
    environment: dict[str, str], settings: Settings
) -> None:
    prepare(settings)
    finding = await find(environment, "Database")
    assert (finding.state, finding.words) == ("good", "up to date, 1 can log in to the desk")


async def test_what_the_running_product_wrote_down_is_wrong_until_it_is_over(
    environment: dict[str, str], settings: Settings
) -> None:
    prepare(settings)
    store = Store(settings.database_url)
    known = Accounts(store, Bell(), now)
    await known.stopped("telegram", "nimbea_fr", "Telegram refuses the token of this bot")
    failed = Failed(channel="telegram", account="nimbea_fr", digest="d", body="[]", error="ValueError at ?")
    for _ in range(TRIES + 1):
        await store.run(set_aside.count_request, failed, now())
    (account, aside) = [finding for finding in await check_up(environment) if finding.state == "wrong"]
    assert account.subject == "telegram/nimbea_fr"
    assert account.words.endswith("UTC: Telegram refuses the token of this bot")
    assert "TELEGRAM_NIMBEA_FR_TOKEN" in account.remedy
    assert (aside.subject, "/desk/aside" in aside.remedy) == ("Set aside", True)
    await known.working("telegram", "nimbea_fr")
    assert [f.subject for f in await check_up(environment) if f.state == "wrong"] == ["Set aside"]
    store.close()


async def test_a_silent_account_is_wrong_and_what_had_been_missed_is_noted(
    environment: dict[str, str], settings: Settings
) -> None:
    prepare(settings)
    store, account, at = Store(settings.database_url), ("facebook", "nimbea_fr"), now()
    await store.run(watches.hear, account, first=at, last=at)
    await store.run(watches.fall_silent, [(await store.read(watches.everything))[account]])
    await store.run(watches.end_look, account, began=at, missed=1, now=at)
    found = {f.words: f for f in await check_up(environment) if f.subject == "facebook/nimbea_fr"}
    (silent,) = (f for words, f in found.items() if "unusually silent" in words)
    (missed,) = (f for words, f in found.items() if "1 message had been missed" in words)
    assert (silent.state, missed.state) == ("wrong", "note")
    await store.run(watches.note_gap, account, since=at, now=at)
    (gap,) = (f for f in await check_up(environment) if "messages may be missing" in f.words)
    assert (gap.subject, gap.state) == ("facebook/nimbea_fr", "note")
    await store.run(watches.note_gap, account, since=at, now=at - TOLD)
    await store.run(watches.fall_silent, [])
    await store.run(watches.end_look, account, began=at, missed=2, now=at - TOLD)
    told = [f.words for f in await check_up(environment) if f.subject == "facebook/nimbea_fr"]
    assert not any("silent" in words or "miss" in words for words in told)
    store.close()


async def test_a_database_that_cannot_be_reached_is_wrong(environment: dict[str, str]) -> None:
    url = f"postgresql://127.0.0.1:{environment['RELAIS_PORT']}/relais"
    finding = await find({**environment, "DATABASE_URL": url}, "Database")
    assert finding.state == "wrong"
    assert "DATABASE_URL" in finding.remedy


async def test_a_port_taken_by_another_program_is_wrong(environment: dict[str, str]) -> None:
    port = environment["RELAIS_ACTIONS_PORT"]
    with socket.create_server(("127.0.0.1", int(port))):
        finding = await find(environment, f"Port {port}")
    assert finding.state == "wrong"
    assert "RELAIS_ACTIONS_PORT" in finding.remedy


async def test_an_account_without_secrets_is_off_and_says_which(environment: dict[str, str]) -> None:
    one = {**environment, "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET": "s"}
    finding = await find(one, "telegram/nimbea_fr")
    assert finding.state == "note"
    assert finding.remedy == "To switch it on, set TELEGRAM_NIMBEA_FR_TOKEN."


async def test_an_account_the_platform_knows_is_good(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "telegram", fake)
    secrets = {"TELEGRAM_NIMBEA_FR_TOKEN": "1:t", "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET": "s"}
    finding = await find({**environment, **secrets}, "telegram/nimbea_fr")
    assert (finding.state, finding.words) == ("good", "reachable as nimbea_fr")


async def test_an_account_the_platform_refuses_is_wrong(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "telegram", refused)
    secrets = {"TELEGRAM_NIMBEA_FR_TOKEN": "1:t", "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET": "s"}
    finding = await find({**environment, **secrets}, "telegram/nimbea_fr")
    assert (finding.state, finding.words) == ("wrong", "the token is refused")


async def test_an_account_on_a_network_nobody_speaks_is_wrong(
    environment: dict[str, str], tmp_path: Path
) -> None:
    brand = (ROOT / "brand.yml").read_text(encoding="utf8")
    file = tmp_path / "brand.yml"
    file.write_text(brand.replace("channel: telegram", "channel: pigeon", 1), encoding="utf8")
    finding = await find({**environment, "RELAIS_BRAND": str(file)}, "pigeon/nimbea_fr")
    assert (finding.state, finding.words.split(";")[0]) == ("wrong", "no such channel")


async def test_manners_on_a_network_nobody_speaks_are_wrong_and_their_line_is_told(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(CHANNELS, "whatsapp")
    finding = await find(environment, "Settings")
    assert finding.state == "wrong"
    assert "etiquette.channels.whatsapp: there is no channel 'whatsapp'" in finding.words
