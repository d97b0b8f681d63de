from __future__ import annotations

from bench.harness.platform import Heard
from bench.harness.promptness import Promptness, promptness
from bench.harness.streams import Posted
from bench.harness.wording import Wording

WORDING = Wording({"reference_prefix": "NB", "texts": {"acknowledgement": {"en": "One moment."}}})
ANSWER = "One bag."
HANDOVER = "An agent answers. Your reference: NB-7K2QX."


def look(*events: tuple[float, str]) -> Promptness:
    """One chat: "" is a message of the person, anything else a text of the product."""
    posted = [Posted(due=at, answered=at, status=200) for at, text in events if not text]
    heard = [
        Heard(at=at, chat=5, text=text, message_id=str(n)) for n, (at, text) in enumerate(events) if text
    ]
    return promptness(posted, [5] * len(posted), {5: heard}, WORDING)


def test_the_first_text_after_a_message_counts() -> None:
    found = look((10.0, ""), (10.4, "One moment."), (12.0, ANSWER))
    assert [round(it, 3) for it in found.seconds] == [0.4]
    assert (found.in_time(1.0), found.owed) == (1, 1)


def test_a_late_text_is_late() -> None:
    found = look((10.0, ""), (11.5, ANSWER))
    assert (found.in_time(1.0), found.owed) == (0, 1)


def test_who_never_gets_a_text_is_owed_one() -> None:
    found = look((10.0, ""))
    assert (found.in_time(1.0), found.owed, found.silent) == (0, 1, 1)


def test_who_adds_a_line_to_what_was_acknowledged_has_been_told() -> None:
    found = look((10.0, ""), (10.2, "One moment."), (10.5, ""), (13.0, ANSWER))
    assert (found.owed, found.told_before) == (1, 1)


def test_after_an_answer_one_is_owed_again() -> None:
    found = look((10.0, ""), (10.2, ANSWER), (10.5, ""), (13.0, ANSWER))
    assert (found.owed, found.in_time(1.0)) == (2, 1)


def test_who_was_handed_over_has_been_told() -> None:
    found = look((10.0, ""), (10.2, HANDOVER), (15.0, ""))
    assert (found.owed, found.told_before) == (1, 1)


def test_who_is_told_again_in_time_counts_as_served() -> None:
    found = look((10.0, ""), (10.2, "One moment."), (10.5, ""), (11.0, ANSWER))
    assert (found.owed, found.in_time(1.0), found.told_before) == (2, 2, 0)
