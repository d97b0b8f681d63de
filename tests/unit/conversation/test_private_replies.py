"""From a public complaint to a private conversation, where platforms let us begin it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bot.assistant.scripted import understood
from bot.errors import DeliveryError, DeliveryRefused, DeliveryUnknown, TakenElsewhere, Unreachable
from bot.messages import Outbound, Receipt
from bot.store import agents, cases
from tests.fakes.channel import FakeChannel
from tests.fakes.house import House

SCRIPT = {
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
}
WEEK = timedelta(days=7)
LINK = "https://fake.example/start/"


class Inviting(FakeChannel):
    """A platform that lets us write to who wrote in public, once, within a week."""

    features = msgspec.structs.replace(FakeChannel.features, private_reply=WEEK)

    def __init__(self) -> None:
        super().__init__()
        self.private_chat = "psid-1"
        self.closed: DeliveryError | None = None

    async def send(self, outbound: Outbound) -> Receipt:
        """Keep it, or refuse what is private."""
        if outbound.in_private and self.closed:
            raise self.closed
        return await super().send(outbound)


class Telling(Inviting):
    """It tells of each text that was sent, too."""

    features = msgspec.structs.replace(Inviting.features, echoes=True)


@pytest.fixture
def channel() -> Inviting:
    return Inviting()


@pytest.fixture
def house(tmp_path: Path, database: str, channel: Inviting) -> Iterator[House]:
    built = House(tmp_path, SCRIPT, database, channel)
    yield built
    built.store.close()


async def complains(house: House, **more: object) -> None:
    await house.says("What a scandal", surface="public", message_id="c1", **more)
    await house.works()


async def test_a_public_complaint_is_gone_on_with_in_private(house: House) -> None:
    await complains(house)
    public, private = house.channel.outbounds
    assert "your case" not in public.text
    assert house.case().reference in public.text
    assert LINK not in public.text
    assert "private" not in public.text
    assert (private.in_private, private.reply_to, private.address.surface) == (True, "c1", "public")
    assert private.text.endswith(f"is looking after your case {house.case().reference}.")


async def test_both_conversations_belong_to_one_case(house: House) -> None:
    await complains(house)
    assert house.conversation(2).address.surface == "private"
    assert (house.conversation(2).chat, house.conversation(2).author) == ("psid-1", "Ann")
    assert house.conversation(2).case_id == house.case().id
    (line,) = house.lines(2)
    assert (line.author, line.delivery, line.platform_id) == ("bot", "sent", "out-3")
    assert house.lines(1)[-1].in_private
    assert await house.says("Here I am", person="psid-1") == 2
    await house.works()
    assert len(house.channel.outbounds) == 2
    assert house.store.run_now(cases.conversations_of, house.case()) == [1, 2]


async def test_what_is_told_of_the_private_text_is_seen_in_both(house: House) -> None:
    await complains(house)
    opener = house.lines(1)[-1]
    await house.says(kind="read", message_id="out-3", person="psid-1")
    await house.says(kind="read", message_id="out-3", person="psid-1", correlation=opener.id)
    assert (house.lines(2)[0].delivery, house.lines(1)[-1].delivery) == ("read", "read")


async def test_a_private_case_that_a_human_has_stays_his(house: House) -> None:
    await house.says("scandal", person="psid-1")
    await house.works()
    own = house.case().id
    await complains(house)
    assert house.conversation(2).case_id != own
    assert house.conversation(1).case_id == own
    assert house.lines(1)[-1].platform_id == house.lines(2)[-1].platform_id


@pytest.mark.parametrize(
    "error",
    [
        DeliveryRefused("10900 already replied to"),
        DeliveryUnknown("timed out"),
        Unreachable("551"),
        TakenElsewhere("2018300"),
    ],
)
async def test_where_nobody_can_begin_there_the_way_is_shown_in_public(
    house: House, channel: Inviting, error: DeliveryError
) -> None:
    channel.closed = error
    await complains(house)
    await house.works()
    texts = house.channel.texts
    assert len(texts) == 2
    assert texts[1].startswith(f"To protect your data, let us continue in private: {LINK}")
    assert house.channel.outbounds[1].reply_to == "c1"
    talk = house.conversation()
    assert (talk.unreachable_at, talk.elsewhere_at) == (None, None)
    token = texts[1].rpartition("/")[2]
    await house.says("hello", person="psid-9", start_token=token)
    assert house.conversation(2).case_id == house.case().id


async def test_each_public_message_is_replied_to_in_private_once(house: House) -> None:
    await complains(house)
    agent = house.store.run_now(
        agents.add, login="eve", name="Eve", role="agent", password="secret-1", now=house.clock()
    )
    house.store.run_now(cases.hand_back, house.case().id, agent.id, house.clock())
    await house.says("a scandal, I say", surface="public", message_id="c1", number=99)
    await house.works()
    assert [outbound.in_private for outbound in house.channel.outbounds] == [False, True, False]
    assert LINK in house.channel.texts[-1]
    house.store.run_now(cases.hand_back, house.case().id, agent.id, house.clock())
    await house.says("a scandal again", surface="public", message_id="c2")
    await house.works()
    assert (house.channel.outbounds[-1].in_private, house.channel.outbounds[-1].reply_to) == (True, "c2")


async def test_after_its_time_the_way_is_shown_instead(house: House) -> None:
    await complains(house, at=house.clock() - WEEK)
    (text,) = house.channel.texts
    assert LINK in text


async def test_what_is_answered_in_public_begins_nothing_in_private(house: House) -> None:
    await house.says("cabin bag?", surface="public")
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_where_the_bot_is_silent_it_writes_nothing_in_private_either(house: House) -> None:
    await house.says(kind="taken_elsewhere", surface="public")
    await complains(house)
    assert house.channel.texts == []


class TestWhereThePlatformTellsOfEachText:
    @pytest.fixture
    def channel(self) -> Inviting:
        return Telling()

    async def test_an_echo_tells_where_a_text_went_of_which_nobody_knew(
        self, house: House, channel: Inviting
    ) -> None:
        channel.closed = DeliveryUnknown("timed out")
        await complains(house)
        opener = house.lines(1)[-1]
        for _ in range(2):
            await house.says(kind="sent", message_id="m7", person="psid-1", correlation=opener.id)
        await house.works()
        assert house.lines(1)[-1].delivery == "sent"
        assert house.conversation(2).case_id == house.case().id
        assert [line.platform_id for line in house.lines(2)] == ["m7"]
        house.clock.forward(minutes=5)
        await house.works()
        assert len(house.channel.texts) == 1
