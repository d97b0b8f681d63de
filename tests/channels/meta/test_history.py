"""What the history tells is read as what webhooks bring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.brand import Account
from bot.channels.facebook import Facebook
from bot.channels.instagram import Instagram
from bot.channels.meta.messenger import MessengerChannel
from bot.errors import AccountStopped, DeliveryLater
from bot.messages import Inbound
from tests.channels.facebook import contract as facebook
from tests.channels.instagram import contract as instagram
from tests.fakes.clock import FakeClock
from tests.fakes.meta import FakeAccount, FakeInstagram, FakePage, FakePerson, Meta, Refuse
from tests.fakes.meta.errors import Json
from tests.fakes.meta.webhook import written

PICTURE = "https://cdn.example/1.jpg"


@dataclass
class Scene:
    """A channel, its account on the platform, and what webhooks told of it."""

    channel: MessengerChannel
    account: FakeAccount
    meta: Meta
    clock: FakeClock
    told: list[tuple[str, Json]]

    @property
    def ann(self) -> FakePerson:
        return self.account.person("5005", "ann")

    def by_webhook(self) -> list[Inbound]:
        """What customers wrote, as webhooks brought it."""
        bodies = (written(kind, [entry]) for kind, entry in self.told)
        return [e for body in bodies for e in self.channel.parse(body) if e.kind == "message"]

    async def by_history(self, since: datetime, kind: str = "message") -> list[Inbound]:
        """The same, as the history tells it."""
        bodies = [body async for body in self.channel.history(since)]
        return [event for body in bodies for event in self.channel.parse(body) if event.kind == kind]


@pytest.fixture(params=["facebook", "instagram"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    clock, told = FakeClock(), list[tuple[str, Json]]()
    async with Meta(clock=lambda: clock().timestamp()) as meta:
        common = (meta.app, lambda: clock().timestamp(), lambda kind, entry: told.append((kind, entry)))
        channel: MessengerChannel
        account: FakeAccount
        if request.param == "facebook":
            account = FakePage(facebook.PAGE, "Shop", *common)
            channel = Facebook(facebook.account(base_url=meta.base_url), facebook.SECRETS, timeout=1)
        else:
            account = FakeInstagram(instagram.INSTAGRAM, "shop", *common)
            options = {"instagram_id": instagram.INSTAGRAM, "base_url": meta.base_url}
            shop = Account(channel="instagram", id="shop_uk", market="uk", options=options)
            channel = Instagram(shop, instagram.SECRETS, timeout=1)
        meta.register(account.id, account, facebook.SECRETS["token"])
        yield Scene(channel, account, meta, clock, told)
        await channel.close()


def places(events: list[Inbound]) -> set[tuple[str, str, str, str]]:
    """What decides whether an event is known, where it belongs to, and what it says."""
    return {(e.event_id, e.message_id, e.address.key, e.text) for e in events}


async def test_same_messages_have_same_ids_and_addresses(scene: Scene) -> None:
    began = scene.clock()
    scene.ann.says("hello")
    scene.ann.sends(attachments=[{"type": "image", "payload": {"url": PICTURE}}])
    scene.clock.forward(seconds=5)
    scene.account.person("5006", "bob").says("hi")
    top = scene.ann.comments("Where is my bag?", "10001_77")
    scene.clock.forward(seconds=5)
    scene.account.person("5006", "bob").comments("And mine?", "10001_77", below=top)
    by_history = await scene.by_history(began)
    assert places(by_history) == places(scene.by_webhook())
    assert len(by_history) == 5
    (photo,) = (event for event in by_history if event.attachments)
    assert (photo.attachments[0].kind, photo.attachments[0].reference) == ("image", PICTURE)
    assert {event.sent_at for event in by_history} == {began + timedelta(seconds=s) for s in (0, 5, 10)}


async def test_what_was_before_is_left_out_and_not_even_asked_for(scene: Scene) -> None:
    scene.account.past.page = 2
    for number in range(20):
        scene.account.person(f"60{number}").says("long ago")
    scene.ann.comments("long ago", "10001_77")
    scene.clock.forward(hours=2)
    began = scene.clock()
    scene.ann.says("hello")
    assert [event.text for event in await scene.by_history(began)] == ["hello"]
    assert scene.meta.calls["conversations"] == 1


async def test_pages_are_followed_until_all_is_told(scene: Scene) -> None:
    scene.account.past.page = 3
    began = scene.clock()
    for number in range(10):
        scene.account.person(f"60{number}").says(f"hello {number}")
    for number in range(7):
        scene.ann.comments(f"comment {number}", "10001_77")
    assert len(await scene.by_history(began)) == 17
    assert scene.meta.calls["conversations"] == 4


async def test_a_colleagues_answer_is_told_and_what_has_just_been_sent_is_not(scene: Scene) -> None:
    began = scene.clock()
    scene.ann.says("hello")
    scene.account.colleague_says(scene.ann, "I am Sam")
    assert [event.text for event in await scene.by_history(began, "colleague")] == ["I am Sam"]
    scene.clock.time = datetime.now(began.tzinfo)
    scene.account.colleague_says(scene.ann, "just now")
    assert [event.text for event in await scene.by_history(began, "colleague")] == ["I am Sam"]


async def test_own_messages_bear_the_id_of_their_echo(scene: Scene) -> None:
    began = scene.clock()
    scene.ann.says("hello")
    scene.account.colleague_says(scene.ann, "I am Sam")
    (told,) = await scene.by_history(began, "colleague")
    bodies = (written(kind, [entry]) for kind, entry in scene.told)
    (echo,) = (e for body in bodies for e in scene.channel.parse(body) if e.kind == "colleague")
    assert (told.event_id, told.address) == (echo.event_id, echo.address)


async def test_a_platform_that_is_busy_is_left_alone(scene: Scene) -> None:
    scene.meta.faults.next("conversations", Refuse(613, retry_after=90))
    with pytest.raises(DeliveryLater) as caught:
        await scene.by_history(scene.clock())
    assert caught.value.retry_after == 90


async def test_what_is_not_granted_is_left_out_and_the_rest_is_told(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    began = scene.clock()
    scene.ann.says("hello")
    scene.ann.comments("Where is my bag?", "10001_77")
    scene.meta.faults.next("conversations", Refuse(200, status=403))
    assert [event.text for event in await scene.by_history(began)] == ["Where is my bag?"]
    assert "not told" in caplog.text


async def test_a_dead_token_stops_the_account_and_is_never_shown(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.meta.revoke(facebook.SECRETS["token"])
    with pytest.raises(AccountStopped) as caught:
        await scene.by_history(scene.clock())
    assert facebook.SECRETS["token"] not in caplog.text + str(caught.value)
