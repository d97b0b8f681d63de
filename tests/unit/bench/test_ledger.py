"""The account of what was handled, on a real store with the spine of the product."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bench.harness.ledger import Ledger, is_settled, reconcile
from bench.harness.platform import Heard
from bot.assistant.scripted import understood
from bot.conversation.speaking import Speech, say
from bot.store.transcript import Draft
from tests.fakes.house import House

SCRIPT = {
    "bag": understood("question_cabin_bag", "question", "One bag."),
    "lost": understood("problem", "problem", "I am sorry."),
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, SCRIPT)


def arrived(house: House, *, times: int = 1) -> dict[int, list[Heard]]:
    """What the platform got: each text so many times."""
    heard: dict[int, list[Heard]] = {}
    for sent in house.channel.outbounds:
        chat = int(sent.address.chat)
        text = Heard(at=0.0, chat=chat, text=sent.text, message_id=f"out-{sent.id}")
        heard.setdefault(chat, []).extend([text] * times)
    return heard


def account(house: House, heard: dict[int, list[Heard]]) -> Ledger:
    return reconcile(str(house.store.engine.url), heard)


async def test_what_was_answered_or_handed_over_is_settled(house: House) -> None:
    await house.says("What about my bag?", person="5")
    await house.says("I lost my passport", person="6")
    assert not is_settled(str(house.store.engine.url), 2)
    await house.works()
    assert is_settled(str(house.store.engine.url), 2)
    found = account(house, arrived(house))
    assert (found.stored, found.handled, found.without_outcome) == (2, 2, 0)
    assert (found.unsent, found.unheard, found.doubled, found.lost(2)) == (0, 0, 0, 0)


async def test_what_is_not_handled_yet_is_lost_so_far(house: House) -> None:
    await house.says("What about my bag?", person="5")
    found = account(house, {})
    assert (found.handled, found.without_outcome, found.lost(1)) == (0, 1, 1)


async def test_what_was_accepted_and_is_not_stored_is_lost(house: House) -> None:
    assert account(house, {}).lost(3) == 3


async def test_a_text_that_arrived_twice_is_doubled(house: House) -> None:
    await house.says("What about my bag?", person="5")
    await house.works()
    assert account(house, arrived(house, times=2)).doubled == 1


async def test_a_text_that_never_arrived_is_lost(house: House) -> None:
    await house.says("What about my bag?", person="5")
    await house.works()
    found = account(house, {})
    assert (found.unheard, found.lost(1)) == (1, 1)


async def test_an_answer_said_twice_is_doubled_though_both_were_sent(house: House) -> None:
    conversation = await house.says("What about my bag?", person="5")
    await house.works()
    house.clock.forward(seconds=5)
    say_again(house, conversation)
    await house.works()
    assert account(house, arrived(house)).doubled == 1


def say_again(house: House, conversation_id: int) -> None:
    draft = Draft(author="bot", purpose="answer", text="One bag.", delivery="queued")
    now, talk = house.clock(), house.conversation(conversation_id)
    speech = Speech(conversation=talk, draft=draft, deadline=now + timedelta(hours=1), now=now)
    house.store.run_now(say, speech)
