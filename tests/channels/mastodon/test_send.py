"""Statuses that are sent to a real instance, and what its answers mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.channels.mastodon import Mastodon
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    Forged,
    SettingsError,
)
from bot.messages import Address, Button, Outbound
from tests.channels.mastodon.contract import TOKEN, account, build
from tests.fakes.mastodon import MastodonMock, Somebody
from tests.faults.wire import Wire
from tests.servers import free_port

pytestmark = [pytest.mark.servers, pytest.mark.timeout(60)]
STATUSES = "/api/v1/statuses"


def private(person: str = "ann") -> Address:
    return Address(channel="mastodon", account="shop_uk", surface="private", chat=person, person=person)


def public(root: str, person: str = "ann") -> Address:
    return Address(channel="mastodon", account="shop_uk", surface="public", chat=root, person=person)


def outbound(address: Address, text: str = "Hello", number: int = 1, **more: Any) -> Outbound:
    return Outbound(id=number, address=address, text=text, purpose="answer", **more)


@pytest.mark.parametrize(
    ("asked", "answered"), [("public", "unlisted"), ("unlisted", "unlisted"), ("private", "private")]
)
async def test_public_answer_is_never_more_open_than_what_it_answers(
    channel: Mastodon, shop: Somebody, ann: Somebody, asked: str, answered: str
) -> None:
    root = ann.says(f"@{shop.acct} where is my bag?", visibility=asked)
    receipt = await channel.send(outbound(public(root), "Here.", reply_to=root, language="fr"))
    sent = ann.status(receipt.message_id)
    assert (sent["visibility"], sent["language"], sent["in_reply_to_id"]) == (answered, "fr", root)
    assert [mentioned["acct"] for mentioned in sent["mentions"]] == ["ann"]
    assert sent["content"] == "<p>@ann Here.</p>"


async def test_private_answer_is_direct(channel: Mastodon, shop: Somebody, ann: Somebody) -> None:
    asked = ann.says(f"@{shop.acct} my booking is lost", visibility="direct")
    receipt = await channel.send(outbound(private(), reply_to=asked))
    sent = ann.status(receipt.message_id)
    assert (sent["visibility"], sent["in_reply_to_id"], receipt.private_chat) == ("direct", asked, "")


async def test_public_mention_is_answered_in_private(
    channel: Mastodon, shop: Somebody, mastodon: MastodonMock
) -> None:
    eve = mastodon.person("eve@other.example")
    asked = eve.says(f"@{shop.acct} my booking is lost")
    there = public(asked, "eve@other.example")
    receipt = await channel.send(outbound(there, reply_to=asked, in_private=True))
    sent = eve.status(receipt.message_id)
    assert (sent["visibility"], sent["in_reply_to_id"]) == ("direct", asked)
    assert receipt.private_chat == "eve@other.example"


async def test_nobody_but_the_customer_is_mentioned(channel: Mastodon, shop: Somebody, ann: Somebody) -> None:
    asked = ann.says(f"@{shop.acct} hello", visibility="direct")
    buttons = (Button(title="Yes", payload="/yes"),)
    receipt = await channel.send(outbound(private(), "Ask @bob.", reply_to=asked, buttons=buttons))
    sent = ann.status(receipt.message_id)
    assert [mentioned["acct"] for mentioned in sent["mentions"]] == ["ann"]
    assert "• Yes" in sent["content"]


async def test_same_text_twice_is_one_status(channel: Mastodon, shop: Somebody, ann: Somebody) -> None:
    root = ann.says(f"@{shop.acct} hello")
    first, second = [await channel.send(outbound(public(root), reply_to=root)) for _ in range(2)]
    other = await channel.send(outbound(public(root), "Another", reply_to=root))
    assert first == second
    assert [each["id"] for each in ann.replies(root)] == [first.message_id, other.message_id]


async def test_answer_that_was_lost_is_asked_for_again(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody
) -> None:
    root = ann.says(f"@{shop.acct} hello")
    async with Wire(mastodon.port) as wire:
        channel = Mastodon(account(base_url=f"http://127.0.0.1:{wire.port}"), {"token": shop.token})
        said = outbound(private(), reply_to=root)
        await wire.set("deaf")
        with pytest.raises(DeliveryLater):
            await channel.send(said)
        await wire.set("open")
        receipt = await channel.send(said)
        await channel.close()
    assert [each["id"] for each in ann.replies(root)] == [receipt.message_id]


@pytest.mark.parametrize("effect", ["latency", "timeout"])
async def test_instance_that_takes_too_long_is_tried_later(
    mastodon: MastodonMock, shop: Somebody, effect: str
) -> None:
    hasty = Mastodon(account(base_url=mastodon.url), {"token": shop.token}, timeout=0.3)
    mastodon.fails("POST", STATUSES, effect, delay_ms=1000)
    with pytest.raises(DeliveryLater):
        await hasty.send(outbound(private()))
    await hasty.close()


async def test_private_texts_go_on_below_what_was_said_last(
    channel: Mastodon, shop: Somebody, ann: Somebody
) -> None:
    assert ann.status((await channel.send(outbound(private()))).message_id)["in_reply_to_id"] is None
    asked = ann.says(f"@{shop.acct} my booking is lost", visibility="direct")
    receipt = await channel.send(outbound(private(), number=2))
    assert ann.status(receipt.message_id)["in_reply_to_id"] == asked


async def test_private_text_is_sent_though_its_occasion_was_deleted(
    channel: Mastodon, mastodon: MastodonMock, shop: Somebody, ann: Somebody
) -> None:
    asked = ann.says(f"@{shop.acct} hello", visibility="direct")
    mastodon.fails("POST", STATUSES, "status", status=404, body={"error": "Record not found"})
    receipt = await channel.send(outbound(private(), reply_to=asked))
    assert ann.status(receipt.message_id)["in_reply_to_id"] is None


async def test_public_answer_to_what_was_deleted_is_refused(
    channel: Mastodon, shop: Somebody, ann: Somebody
) -> None:
    asked = ann.says(f"@{shop.acct} hello")
    ann.deletes(asked)
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound(public(asked), reply_to=asked))


FAILURES: list[tuple[str, int, object, type[DeliveryError]]] = [
    ("status", 500, None, DeliveryLater),
    ("status", 503, None, DeliveryLater),
    ("status", 302, None, DeliveryLater),
    ("status", 200, {}, DeliveryLater),
    ("status", 200, [1], DeliveryLater),
    ("malformed", 200, None, DeliveryLater),
    ("status", 401, None, AccountStopped),
    ("status", 403, {"error": "This action is not allowed"}, DeliveryRefused),
    ("status", 403, {"error": "Your login is currently disabled"}, AccountStopped),
    ("status", 403, {"error": "This action is outside the authorized scopes"}, AccountStopped),
    ("status", 404, None, DeliveryRefused),
    ("status", 422, "<h1>odd</h1>", DeliveryRefused),
]


@pytest.mark.parametrize(("effect", "code", "body", "kind"), FAILURES, ids=str)
async def test_failures_say_whether_to_try_again(
    channel: Mastodon, mastodon: MastodonMock, effect: str, code: int, body: object, kind: type[DeliveryError]
) -> None:
    mastodon.fails("POST", STATUSES, effect, status=code, body=body)
    with pytest.raises(kind) as caught:
        await channel.send(outbound(private()))
    assert "made-up-token" not in str(caught.value)


async def test_wait_is_read_from_an_iso_date(mastodon: MastodonMock, shop: Somebody) -> None:
    clock = datetime(2026, 11, 1, 10, tzinfo=timezone.utc)
    channel = Mastodon(account(base_url=mastodon.url), {"token": shop.token}, clock=lambda: clock)
    headers = {"X-RateLimit-Reset": "2026-11-01T10:04:30.000000Z", "X-RateLimit-Remaining": "0"}
    mastodon.fails("POST", STATUSES, "status", status=429, headers=headers)
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(private()))
    await channel.close()
    assert caught.value.retry_after == 270


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "2026-11-01T10:04:30"}, None),
        ({"X-RateLimit-Reset": "9" * 30}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "a while"}, None),
        ({"Retry-After": "9" * 30}, None),
        ({"X-RateLimit-Reset": "2020-01-01T00:00:00Z"}, 1),
    ],
    ids=str,
)
async def test_wait_that_makes_no_sense_is_not_kept(
    channel: Mastodon, mastodon: MastodonMock, headers: dict[str, str], wait: float | None
) -> None:
    mastodon.fails("POST", STATUSES, "status", status=429, headers=headers)
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(private()))
    assert caught.value.retry_after == wait


async def test_limit_of_the_server_itself_is_kept(channel: Mastodon, mastodon: MastodonMock) -> None:
    mastodon.fails("POST", STATUSES, "ratelimit")
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(private()))
    assert caught.value.retry_after == pytest.approx(300, abs=10)


async def test_nothing_is_asked_for_when_the_last_status_is_used_up(
    mastodon: MastodonMock, shop: Somebody
) -> None:
    moments = [datetime(2026, 11, 1, 10, tzinfo=timezone.utc)]
    channel = Mastodon(account(base_url=mastodon.url), {"token": shop.token}, clock=lambda: moments[-1])
    reset = (moments[0] + timedelta(hours=2)).isoformat()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    mastodon.fails("POST", STATUSES, "status", status=200, body={"id": "1"}, headers=headers)
    assert (await channel.send(outbound(private()))).message_id == "1"
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(private(), number=2))
    assert caught.value.retry_after == 7200
    moments.append(moments[0] + timedelta(hours=3))
    assert (await channel.send(outbound(private(), number=2))).message_id != "1"
    await channel.close()


@pytest.fixture
async def nobody() -> AsyncIterator[Mastodon]:
    """The channel of an instance that is not there."""
    channel = Mastodon(account(base_url=f"http://127.0.0.1:{free_port()}"), {"token": TOKEN})
    yield channel
    await channel.close()


async def test_instance_that_is_away_is_tried_later(nobody: Mastodon) -> None:
    with pytest.raises(DeliveryLater):
        await nobody.send(outbound(private()))
    with pytest.raises(DeliveryLater):
        await nobody.check()


@pytest.mark.parametrize("person", ["ann @bob", "ann\n@bob", "", "@", "ann@"])
async def test_address_that_is_no_name_is_refused(channel: Mastodon, person: str) -> None:
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound(private(person)))


async def test_check_says_who_the_account_is(
    channel: Mastodon, mastodon: MastodonMock, shop: Somebody
) -> None:
    said = await channel.check()
    assert said.startswith(f"@{shop.acct}@127.0.0.1:")
    assert "automated" in said


async def test_check_with_a_dead_token_stops_the_account(mastodon: MastodonMock) -> None:
    channel = Mastodon(account(base_url=mastodon.url), {"token": "revoked-token"})
    with pytest.raises(AccountStopped):
        await channel.check()
    await channel.close()


def test_webhook_is_refused_whatever_it_brings() -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        with pytest.raises(Forged):
            build().authenticate(headers, b"{}")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"base_url": "mastodon.example"}, "base_url"),
        ({"base_url": "https://user:secret@mastodon.example"}, "base_url"),
        ({"base_url": "https://m.example", "streaming_url": "wss://m.example"}, "streaming_url"),
        ({"base_url": "https://m.example", "mode": "polling"}, "mode"),
    ],
)
def test_wrong_option_is_named(options: dict[str, str], word: str) -> None:
    with pytest.raises(BrandError, match=word):
        Mastodon(account(**options), {"token": TOKEN})


@pytest.mark.parametrize("token", ["", "short", "with blank space", "zeile\nzwei-zwei"])
def test_token_is_looked_at(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Mastodon(account(), {"token": token})
    assert not token or token not in str(caught.value)


def test_token_is_never_shown() -> None:
    assert TOKEN not in repr(vars(build()))
