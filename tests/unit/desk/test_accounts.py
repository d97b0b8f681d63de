"""The page of the brand's accounts."""

from datetime import timedelta

import msgspec
import pytest

from bot.brand import Hours
from bot.brand.hours import Times
from bot.channels.base import Channel
from bot.desk.accounts import hours_in_words
from bot.inbox.crowd import accept
from bot.messages import Address, Inbound
from bot.store import watches
from bot.store.accounts import Accounts
from tests.fakes.channel import FakeChannel
from tests.fakes.desk import Client, DeskHouse, next_event

TOKEN = "1234:the-token"
FRENCH = ("telegram", "nimbea_fr")


@pytest.fixture
def house(house: DeskHouse) -> DeskHouse:
    """The account `telegram/nimbea_fr` runs and all others have no secrets."""
    channel: Channel = FakeChannel()
    house.channels[("telegram", "nimbea_fr")] = channel
    house.environment = {"TELEGRAM_NIMBEA_FR_TOKEN": TOKEN, "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET": "w"}
    return house


@pytest.fixture
async def sue(house: DeskHouse, visitor: Client) -> Client:
    house.let_in(visitor, house.agent("sue", role="supervisor"))
    return visitor


async def page_of(client: Client) -> str:
    return await (await client.get("/desk/accounts")).text()


def row_of(page: str, account: str) -> str:
    return page.split(f'id="account-{account}"')[1].split("</li>")[0]


async def test_an_account_without_secrets_is_off_and_says_what_is_missing(
    house: DeskHouse, sue: Client
) -> None:
    row = row_of(await page_of(sue), "telegram-nimbea_uk")
    assert "Off" in row
    assert "TELEGRAM_NIMBEA_UK_TOKEN" in row
    assert "Market uk (Europe/London)" in row
    assert "EN, FR, ES" in row
    assert "Team Customer care" in row


def test_hours_are_told_in_the_supervisors_language() -> None:
    hours = msgspec.convert(
        {"open": {"mon-fri": "08:00-12:30, 13:30-18:00", "sat": "09:00-12:00"}}, Hours, dec_hook=_times
    )
    assert hours_in_words(hours, "en") == "Mon-Fri 08:00-12:30, 13:30-18:00 · Sat 09:00-12:00"
    assert hours_in_words(hours, "fr").startswith("lun.-ven. 08:00")


def _times(kind: type, value: object) -> object:
    assert kind is Times
    return Times.parse(value)


async def test_only_the_variables_that_are_not_set_are_missing(house: DeskHouse, sue: Client) -> None:
    house.environment["TELEGRAM_NIMBEA_UK_TOKEN"] = "5678:another"
    row = row_of(await page_of(sue), "telegram-nimbea_uk")
    assert "TELEGRAM_NIMBEA_UK_TOKEN" not in row
    assert "TELEGRAM_NIMBEA_UK_WEBHOOK_SECRET" in row


async def test_an_account_whose_secrets_came_later_waits_for_a_restart(house: DeskHouse, sue: Client) -> None:
    house.environment["TELEGRAM_NIMBEA_UK_TOKEN"] = "5678:another"
    house.environment["TELEGRAM_NIMBEA_UK_WEBHOOK_SECRET"] = "word"
    assert "after a restart" in row_of(await page_of(sue), "telegram-nimbea_uk")


async def test_a_stopped_account_says_since_when_and_why_but_never_a_secret(
    house: DeskHouse, sue: Client
) -> None:
    assert "Working" in row_of(await page_of(sue), "telegram-nimbea_fr")
    known = Accounts(house.store, house.bell, house.clock)
    await known.stopped("telegram", "nimbea_fr", f"Unauthorized: bot{TOKEN}")
    page = await page_of(sue)
    row = row_of(page, "telegram-nimbea_fr")
    assert "Stopped" in row
    assert house.clock().isoformat() in row
    assert "Unauthorized: bot•••" in row
    assert TOKEN not in page


async def test_the_page_changes_by_itself(house: DeskHouse, sue: Client) -> None:
    stream = await sue.get("/desk/accounts/events")
    await next_event(stream)
    await Accounts(house.store, house.bell, house.clock).stopped("telegram", "nimbea_fr", "refused")
    rows = dict((await next_event(stream))["lists"]["accounts"])
    assert "Stopped" in rows["account-telegram-nimbea_fr"]
    stream.close()


async def test_what_had_been_missed_is_told_for_some_days(house: DeskHouse, sue: Client) -> None:
    at = house.clock()
    house.store.run_now(watches.begin_look, FRENCH, at)
    house.store.run_now(watches.end_look, FRENCH, began=at, missed=3, now=at)
    row = row_of(await page_of(sue), "telegram-nimbea_fr")
    assert "3 messages had been missed and were taken in at" in row
    assert at.isoformat() in row
    long_ago = at - timedelta(days=4)
    house.store.run_now(watches.end_look, FRENCH, began=at, missed=3, now=long_ago)
    assert "missed" not in row_of(await page_of(sue), "telegram-nimbea_fr")


async def test_that_messages_may_be_missing_is_told_for_some_days(house: DeskHouse, sue: Client) -> None:
    at, channel_name, account = house.clock(), *FRENCH
    where = Address(channel=channel_name, account=account, surface="public", chat="", person="")
    for days in (4, 0):
        assert "may be missing" not in row_of(await page_of(sue), "telegram-nimbea_fr")
        since = at - timedelta(days=days, hours=5)
        found = Inbound(address=where, event_id=f"gap/{days}", message_id="", sent_at=since, kind="gap")
        house.store.run_now(accept, [found], at - timedelta(days=days))
    row = row_of(await page_of(sue), "telegram-nimbea_fr")
    assert "Messages may be missing" in row
    assert since.isoformat() in row


async def test_one_missed_message_is_told_as_one(house: DeskHouse, sue: Client) -> None:
    house.store.run_now(watches.begin_look, FRENCH, house.clock())
    house.store.run_now(watches.end_look, FRENCH, began=None, missed=1, now=house.clock())
    assert "One message had been missed" in row_of(await page_of(sue), "telegram-nimbea_fr")


async def test_an_unusual_silence_is_told_with_its_beginning_until_it_ends(
    house: DeskHouse, sue: Client
) -> None:
    at = house.clock()
    house.store.run_now(watches.hear, FRENCH, first=at, last=at)
    watch = house.store.run_now(watches.everything)[FRENCH]
    house.store.run_now(watches.fall_silent, [watch])
    row = row_of(await page_of(sue), "telegram-nimbea_fr")
    assert "Unusually silent" in row
    assert at.isoformat() in row
    house.store.run_now(watches.fall_silent, [])
    assert "silent" not in row_of(await page_of(sue), "telegram-nimbea_fr")


async def test_an_account_that_was_taken_out_of_the_brand_is_not_red(house: DeskHouse, sue: Client) -> None:
    await Accounts(house.store, house.bell, house.clock).stopped("telegram", "long_gone", "refused")
    page = await page_of(sue)
    assert "long_gone" not in page
    assert "cannot be sent" not in page


async def test_accounts_are_for_supervisors(house: DeskHouse, ann: Client) -> None:
    assert (await ann.get("/desk/accounts")).status == 403
    assert (await ann.get("/desk/accounts/events")).status == 403
