from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Connection

from bot.conversation.speaking import Speech, say
from bot.messages import Button
from bot.store import conversations
from bot.store.rows import Line
from bot.store.transcript import Draft
from tests.fakes.channel import event
from tests.fakes.house import House

YES = Button(title="Yes", payload="yes")


def spoken(house: House, text: str) -> list[Line]:
    def speak(connection: Connection) -> list[Line]:
        conversation = conversations.find_or_start(
            connection, event("hello", number=1, at=house.clock()), house.clock()
        )
        conversations.change(connection, conversation.id, channel="telegram")
        conversation = conversations.load(connection, conversation.id)
        draft = Draft(author="bot", purpose="clarify", text=text, buttons=(YES,), delivery="queued")
        deadline = house.clock() + timedelta(hours=1)
        speech = Speech(conversation=conversation, draft=draft, deadline=deadline, now=house.clock())
        return list(say(connection, speech))

    return house.store.run_now(speak)


def test_a_text_that_is_too_long_for_the_platform_goes_in_pieces_with_buttons_below_the_last(
    house: House,
) -> None:
    first, last = spoken(house, "word " * 1000)
    assert max(len(first.text), len(last.text)) <= 4096
    assert (first.buttons, last.buttons) == ((), (YES,))
    assert f"{first.text} {last.text}" == ("word " * 1000).strip()


def test_nothing_is_sent_for_a_blank_text(house: House) -> None:
    assert spoken(house, "  \n ") == []
