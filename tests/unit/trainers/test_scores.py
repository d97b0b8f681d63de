from __future__ import annotations

import msgspec
import pytest

from bot.trainers.judged import Judged
from bot.trainers.measures import Pair, Result
from bot.trainers.scores import accuracy, f1, macro_f1, recall, report


def pair(decision: str = "answer", register: str = "question", topic: str = "pet") -> Pair:
    """A message that nobody judged, and what became of it."""
    result = Result(
        language="en",
        register=register,
        confidence=0.9,
        topic=topic,
        decision=decision,
        team="care",
        priority="normal",
        reply="Hello.",
    )
    return Judged(text="hello"), result


CRISIS = {"decision": "hand_over", "register": "crisis"}
GOLD, FOUND = ["a", "a", "a", "b"], ["a", "a", "b", "b"]


def test_accuracy_is_the_share_of_right_ones() -> None:
    assert accuracy(GOLD, FOUND) == 0.75


def test_recall_is_the_share_that_was_found() -> None:
    assert recall(GOLD, FOUND, "a") == pytest.approx(2 / 3)
    assert recall(GOLD, FOUND, "c") == 0


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert f1(GOLD, FOUND, "a") == pytest.approx(0.8)
    assert f1(GOLD, FOUND, "b") == pytest.approx(2 / 3)


def test_macro_f1_counts_every_label_alike_also_those_only_found() -> None:
    assert macro_f1(GOLD, FOUND) == pytest.approx((0.8 + 2 / 3) / 2)
    assert macro_f1(["a"], ["b"]) == 0


def test_without_judgements_only_decisions_are_counted() -> None:
    text = report([pair(), pair("hand_over")])
    assert "Decisions" in text
    assert "Registers" not in text
    assert "Measures" not in text


def test_registers_are_scored_where_they_are_judged() -> None:
    judged = Judged(text="merci", register="thanks"), pair(register="thanks")[1]
    text = report([judged, pair()])
    assert "Registers (1 judged): accuracy 1.000, macro-F1 1.000" in text


@pytest.mark.parametrize(
    ("gold", "result", "line"),
    [
        ({"register": "complaint"}, {"decision": "hand_over"}, "to a human  100.0%  (1 of 1)"),
        ({"register": "complaint"}, {"decision": "thank"}, "complaints: thanked  100.0%  (1 of 1)"),
        ({"sensitive": "1"}, {"decision": "answer"}, "to a human    0.0%  (0 of 1)"),
        ({"answerable": "1"}, {"decision": "answer"}, "answered  100.0%  (1 of 1)"),
        ({"answerable": "0"}, {"decision": "answer"}, "of all  100.0%  (1 of 1)"),
        ({"answerable": "1"}, {"decision": "answer"}, "of all    0.0%  (0 of 1)"),
        ({"answerable": "1", "topic": "pet"}, {"decision": "answer"}, "of all    0.0%  (0 of 1)"),
        ({"answerable": "1", "topic": "seat"}, {"decision": "answer"}, "of all  100.0%  (1 of 1)"),
        ({"answerable": "1", "topic": "pet"}, {"decision": "answer"}, "answered  100.0%  (1 of 1)"),
        ({"answerable": "1", "topic": "seat"}, {"decision": "answer"}, "answered    0.0%  (0 of 1)"),
        ({"register": "crisis"}, CRISIS, "as crises  100.0%  (1 of 1)"),
        ({"sensitive": "0"}, CRISIS, "not sensitive: taken for crises  100.0%  (1 of 1)"),
        (
            {"sensitive": "0", "part": "crisis_candidates"},
            CRISIS,
            "look-alikes: taken for crises 100.0% (1 of 1)",
        ),
        ({"sensitive": "0", "part": "crisis_candidates"}, {}, "look-alikes: taken for crises 0.0% (0 of 1)"),
        ({"register": "complaint"}, {"decision": "answer"}, "of all  100.0%  (1 of 1)"),
        ({"register": "complaint"}, {"decision": "answer", "topic": ""}, "of all    0.0%  (0 of 1)"),
        ({"register": "thanks"}, {"decision": "thank"}, "thanks: thanked  100.0%  (1 of 1)"),
        ({"register": "thanks"}, {"decision": "hand_over"}, "all the same  100.0%  (1 of 1)"),
    ],
)
def test_measures_count_what_they_say(gold: dict[str, str], result: dict[str, str], line: str) -> None:
    judged, what = msgspec.convert({"text": "hello", **gold}, Judged), pair(**result)[1]
    squeezed = [" ".join(text.split()) for text in report([(judged, what)]).splitlines()]
    assert any(text.endswith(" ".join(line.split())) for text in squeezed)


@pytest.mark.parametrize(("part", "sensitive"), [("chats", "0"), ("crisis_candidates", "1"), ("", "0")])
def test_look_alikes_are_only_those_of_their_set(part: str, sensitive: str) -> None:
    judged = Judged(text="hello", part=part, sensitive=sensitive)
    assert "look-alikes" not in report([(judged, pair()[1])])


def test_decisions_are_compared_where_they_are_judged() -> None:
    text = report([(Judged(text="a", decision="none"), pair()[1])])
    assert "as judged: 0.000 of 1" in text


def test_languages_tell_wrong_from_unsure() -> None:
    right, wrong = (Judged(text="a", language="en"), pair()[1]), (Judged(text="a", language="fr"), pair()[1])
    assert "Language: 2 judged, 1 wrong, 0 too short" in report([right, wrong])
