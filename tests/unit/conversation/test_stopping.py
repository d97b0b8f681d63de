"""Who wants none of the bot is left alone: in that conversation, or wherever he writes."""

from __future__ import annotations

import pytest

from bot.assistant.scripted import understood
from bot.brand.etiquette import Holds
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "leave me alone": understood("stop", "other", "I shall be quiet.", confidence=0.9),
}
QUESTION = "How big may my cabin bag be?"


def holds(house: House, where: Holds) -> None:
    house.behaves("private", stop_holds=where)
    house.behaves("public", stop_holds=where)
    house.restart()


async def says(house: House, text: str, surface: str) -> int:
    """How many texts the customer got for that."""
    before = len(house.channel.texts)
    await house.says(text, surface=surface)
    await house.works()
    return len(house.channel.texts) - before


@pytest.mark.parametrize("words", ["stop", "Leave me alone, bot"])
async def test_in_public_it_is_obeyed_without_a_word_and_in_private_he_is_told(
    house: House, words: str
) -> None:
    assert await says(house, words, "public") == 0
    assert await says(house, QUESTION, "public") == 0
    assert await says(house, words, "private") == 1
    assert await says(house, QUESTION, "private") == 0


async def test_elsewhere_he_is_answered_by_default(house: House) -> None:
    assert await says(house, "stop", "public") == 0
    assert await says(house, QUESTION, "public") == 0
    assert await says(house, QUESTION, "private") == 1


async def test_he_is_left_alone_everywhere_where_the_brand_wants_that(house: House) -> None:
    holds(house, "everywhere")
    assert await says(house, "stop", "public") == 0
    assert await says(house, QUESTION, "private") == 0
    assert await says(house, "start", "private") == 1
    assert await says(house, QUESTION, "private") == 1
    assert await says(house, QUESTION, "public") == 1
