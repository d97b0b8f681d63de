"""A chat goes by several names, and by others later: it stays one conversation."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.assistant.scripted import understood
from bot.store import tables
from tests.fakes.house import House

SCRIPT = {"cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")}


async def test_a_chat_is_found_by_any_of_its_names_and_answered_at_the_newest(house: House) -> None:
    await house.says("hello", person="491701", aliases=("DE.1",))
    assert await house.says("cabin bag?", person="DE.1") == 1
    assert house.conversation().address.chat == "DE.1"
    await house.works()
    assert house.channel.outbounds[-1].address.chat == "DE.1"
    assert await house.says("hello", person="491701") == 1
    assert house.conversation().address.chat == "491701"
    assert len(house.lines()) == 4


async def test_a_chat_keeps_its_conversation_when_its_main_name_is_new(house: House) -> None:
    await house.says("hello", person="491701")
    assert await house.says("hello", person="DE.1", aliases=("491701",)) == 1
    assert (house.conversation().chat, house.conversation().person) == ("DE.1", "DE.1")
    assert await house.says("hello", person="DE.2", aliases=("DE.1",)) == 1
    assert await house.says("hello", person="491701") == 1
    assert house.store.run_now(conversations_there) == 1


async def test_who_has_the_number_of_another_now_reads_nothing_of_him(house: House) -> None:
    assert await house.says("hello", person="DE.1", aliases=("491701",)) == 1
    assert await house.says("hello", person="DE.9", aliases=("491701",)) == 2
    assert await house.says("it is me", person="491701") == 2
    assert await house.says("hello again", person="DE.1") == 1


async def test_a_chat_that_has_a_new_name_now_is_the_same(house: House) -> None:
    await house.says("hello", person="DE.1")
    await house.says(kind="reachable", message_id="m2", person="FR.2", aliases=("DE.1",))
    assert house.conversation().chat == "FR.2"
    assert await house.says("hello", person="FR.2") == 1


async def test_a_state_that_comes_under_another_name_changes_no_address(house: House) -> None:
    await house.says("cabin bag?", person="DE.1", aliases=("491701",))
    await house.works()
    assert await house.says(kind="delivered", message_id="out-2", person="491701") == 1
    assert (house.lines()[1].delivery, house.conversation().chat) == ("delivered", "DE.1")


async def test_names_are_those_of_one_account(house: House) -> None:
    await house.says("hello", person="491701", aliases=("DE.1",))
    assert await house.says("hello", person="DE.1", account="other") == 2
    assert await house.says("hello", person="bob", surface="public", aliases=("DE.1",)) == 3


def conversations_there(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(tables.conversations)).scalar_one()
    return number
