"""How much of what a customer wrote is read in one turn."""

import pytest

from bot.assistant.scripted import understood
from bot.conversation.transactions import MOST_CHARACTERS, MOST_LINES, open_turn
from tests.fakes.house import House

SCRIPT = {"cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")}


def lengths(house: House) -> list[int]:
    """Of the lines that the next turn reads."""
    return [len(line.text) for line in house.store.run_now(open_turn, 1, "", house.brand).lines]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ([5] * MOST_LINES, MOST_LINES),
        ([5] * (MOST_LINES + 1), MOST_LINES),
        ([MOST_CHARACTERS - 1, 1, 1], 2),
        ([MOST_CHARACTERS, 1], 1),
        ([MOST_CHARACTERS + 1, 1], 1),
        ([1, MOST_CHARACTERS], 1),
    ],
)
async def test_a_turn_reads_so_much_and_at_least_one_line(house: House, said: list[int], read: int) -> None:
    for length in said:
        await house.says("x" * length)
    assert lengths(house) == said[:read]


async def test_a_flood_is_read_to_its_end_and_others_come_between(house: House) -> None:
    for number in range(2 * MOST_LINES + 1):
        await house.says(f"{number} cabin bag", person="flo")
    house.clock.forward(seconds=0.1)
    await house.says("one cabin bag", person="ann")
    house.clock.forward(seconds=0.1)
    await house.works()
    asked = [(turn.text.split()[0], len(turn.text.splitlines())) for turn in house.assistant.asked]
    assert sorted(asked[:2]) == [("0", MOST_LINES), ("one", 1)]
    assert asked[2:] == [("30", MOST_LINES), ("60", 1)]
