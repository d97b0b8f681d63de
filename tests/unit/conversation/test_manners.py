"""Turns in which etiquette has a say, on a real store."""

from __future__ import annotations

from msgspec import structs

from bot.assistant.scripted import understood
from bot.brand.hours import Times
from bot.messages import Surface
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
    "thank": understood("thanks", "thanks", "With pleasure!"),
    "lovely spot": understood("campaign_echo", "campaign_echo", "So glad!"),
}
LABEL = {"en": "Automated reply from {brand}:", "fr": "Auto :", "es": "Auto:"}


def behaves(house: House, surface: Surface, **manners: object) -> None:
    house.behaves(surface, **manners)
    house.restart()


async def says(house: House, text: str, surface: str = "public") -> None:
    await house.says(text, surface=surface)
    await house.works()
    house.clock.forward(minutes=1)


async def test_in_public_a_second_text_is_only_an_answer(house: House) -> None:
    await says(house, "How big may my cabin bag be?")
    await says(house, "Ah, thank you for that")
    await says(house, "And how heavy may my cabin bag be?")
    assert house.channel.texts == ["One cabin bag of 10 kg."] * 2


async def test_an_echo_of_a_campaign_is_left_alone_in_public(house: House) -> None:
    await says(house, "What a lovely spot, the one with the suitcase")
    await says(house, "What a lovely spot, the one with the suitcase", "private")
    assert house.channel.texts == ["So glad!"]


async def test_a_person_is_not_told_more_than_so_much_a_day(house: House) -> None:
    behaves(house, "public", most_per_person_a_day=1)
    await says(house, "How big may my cabin bag be?")
    await says(house, "And how heavy may my cabin bag be?")
    assert len(house.channel.texts) == 1
    assert (house.case().reason, house.case().status) == ("left_to_human", "waiting")


async def test_at_quiet_hours_a_complaint_reaches_a_human_without_a_word(house: House) -> None:
    behaves(house, "public", quiet_hours=Times.parse("11:00-13:00"))
    await says(house, "What a scandal")
    assert house.channel.texts == []
    assert (house.case().reason, house.case().acknowledged_at) == ("complaint", None)
    await says(house, "How big may my cabin bag be?", "private")
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_the_first_text_says_that_it_is_automatic_and_the_next_does_not(house: House) -> None:
    behaves(house, "private", label=LABEL)
    await says(house, "How big may my cabin bag be?", "private")
    await says(house, "And how heavy may my cabin bag be?", "private")
    assert house.channel.texts == [
        "Automated reply from Nimbéa: One cabin bag of 10 kg.",
        "One cabin bag of 10 kg.",
    ]


async def test_a_text_after_a_long_silence_says_so_again(house: House) -> None:
    behaves(house, "private", label=LABEL)
    await says(house, "How big may my cabin bag be?", "private")
    house.clock.forward(hours=24)
    await says(house, "And how heavy may my cabin bag be?", "private")
    assert house.channel.texts[-1].startswith("Automated reply from Nimbéa: ")


async def test_a_label_is_said_with_one_moment_and_not_again_with_the_answer(house: House) -> None:
    behaves(house, "private", label=LABEL)
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.works()
    first, second = house.channel.texts
    assert first.startswith("Automated reply from Nimbéa: Thank you for your message")
    assert second == "One cabin bag of 10 kg."


async def test_a_team_of_the_account_gets_what_no_route_sends_elsewhere(house: House) -> None:
    *others, fake = house.brand.accounts
    accounts = (*others, structs.replace(fake, team="technical"))
    house.brand = structs.replace(house.brand, accounts=accounts)
    house.restart()
    await says(house, "What a scandal", "private")
    assert house.case().team == "technical"
