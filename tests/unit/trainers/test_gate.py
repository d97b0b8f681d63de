"""What the gate refuses, and what it lets pass."""

from __future__ import annotations

from msgspec import structs

from bot.trainers.figures import cross_figures
from bot.trainers.gate import in_common, losses
from bot.trainers.measures import Pair, Result
from bot.trainers.report import verdict
from tests.unit.trainers.releases import evaluation, read, result, row

TO_HUMAN, THANKED = result("hand_over", "complaint"), result("thank", "thanks")
UNSURE = result("clarify", "other")


def complaints(count: int, what: Result = TO_HUMAN) -> list[Pair]:
    return [(row(f"late again {n}", "complaint"), what) for n in range(count)]


def thanks(count: int, lost: int = 0) -> list[Pair]:
    kind = [UNSURE] * lost + [THANKED] * (count - lost)
    return [(row(f"thank you {n}", "thanks"), what) for n, what in enumerate(kind)]


def refused(now: list[Pair], then: list[Pair]) -> list[str]:
    return [loss.words for loss in losses(now, evaluation(now), evaluation(then))]


def test_the_same_release_loses_nothing() -> None:
    pairs = [*complaints(50), *thanks(50)]
    assert refused(pairs, pairs) == []


def test_one_complaint_less_that_reaches_a_human_is_refused() -> None:
    then = [*complaints(500), *thanks(1)]
    now = [*complaints(499), (row("late again 499", "complaint"), result("clarify", "complaint")), *thanks(1)]
    assert refused(now, then) == [
        "complaint, problem, crisis, sensitive: to a human: 1 the wrong way, 0 as accepted"
    ]


def test_a_complaint_lost_for_one_won_is_no_loss() -> None:
    unheard = result("clarify", "complaint")
    then = [(row("a", "complaint"), unheard), (row("b", "complaint"), TO_HUMAN)]
    now = [(row("a", "complaint"), TO_HUMAN), (row("b", "complaint"), unheard)]
    assert refused(now, then) == []


def test_a_crisis_handed_over_as_something_else_is_refused() -> None:
    crisis = row("smoke in the cabin", "crisis")
    (words, *_) = refused([(crisis, TO_HUMAN)], [(crisis, result("hand_over", "crisis"))])
    assert words.startswith("crises: handed over as crises: 1 the wrong way")


def test_a_new_false_alarm_is_refused() -> None:
    slang = row("this lounge is the bomb", "other")
    found = refused([(slang, result("hand_over", "crisis"))], [(slang, UNSURE)])
    assert found[0].startswith("not sensitive: taken for crises: 1 the wrong way")


def test_a_new_wrong_paste_is_refused_also_of_another_topic() -> None:
    asked = row("my cat ?", "question", topic="pet")
    pets, seats = result("answer", "question", "pet"), result("answer", "question", "seat")
    assert any(words.startswith("wrong paste") for words in refused([(asked, seats)], [(asked, pets)]))


def test_a_complaint_that_is_thanked_is_refused() -> None:
    now = [*complaints(9), (row("late again 9", "complaint"), THANKED)]
    assert any(words.startswith("complaints: thanked") for words in refused(now, complaints(10)))


def test_elsewhere_one_message_is_chance_and_more_than_a_point_is_a_loss() -> None:
    measure = "thanks: thanked"
    assert not any(words.startswith(measure) for words in refused(thanks(20, lost=1), thanks(20)))
    assert any(words.startswith(measure) for words in refused(thanks(20, lost=2), thanks(20)))
    assert not any(words.startswith(measure) for words in refused(thanks(200, lost=2), thanks(200)))
    assert any(words.startswith(measure) for words in refused(thanks(200, lost=3), thanks(200)))


def test_macro_f1_may_fall_by_a_point_in_no_language() -> None:
    def release(wrong: int) -> list[Pair]:
        found = ["idea"] * wrong + ["other"] * (50 - wrong)
        spanish = [
            (row(f"vale {n}", "other", language="es"), result("clarify", register))
            for n, register in enumerate(found)
        ]
        return [*complaints(400), *spanish]

    (everywhere, spanish) = refused(release(5), release(0))
    assert everywhere.startswith("macro-F1 over registers (all)")
    assert spanish.startswith("macro-F1 over registers (es)")


def test_messages_that_came_later_are_not_compared() -> None:
    new = (row("never seen before", "complaint"), THANKED)
    then, now = complaints(10), [*complaints(10), new]
    assert refused(now, then) == []
    assert len(in_common(now, evaluation(then)).now) == 10


def test_cross_validation_counts_where_the_examples_are_the_same() -> None:
    good = [read("late", "complaint", "complaint"), read("merci", "thanks", "thanks")]
    bad = [read("late", "complaint", "thanks"), read("merci", "thanks", "thanks")]
    pairs = complaints(5)
    now = structs.replace(evaluation(pairs), crossed={"all": cross_figures(bad)})
    then = structs.replace(evaluation(pairs), crossed={"all": cross_figures(good)})
    assert [loss.words[:27] for loss in losses(pairs, now, then)] == ["macro-F1 of cross-validatio"]
    assert losses(pairs, structs.replace(now, examples="others"), then) == []
    fewer = structs.replace(now, crossed={"all": cross_figures(bad[:1])})
    assert losses(pairs, fewer, then) == []


def test_the_verdict_names_the_messages_that_newly_went_wrong() -> None:
    unheard = result("clarify", "complaint")
    then = [*complaints(1), (row("always unheard", "complaint"), unheard)]
    now = [*complaints(1, what=unheard), (row("always unheard", "complaint"), unheard)]
    accepted = evaluation(then)
    told = "\n".join(verdict(losses(now, evaluation(now), accepted), in_common(now, accepted)))
    assert "This release is refused" in told
    assert "now clarify: late again 0" in told
    assert "always unheard" not in told


def test_without_an_accepted_release_there_is_nothing_to_refuse() -> None:
    assert "nothing" not in verdict([], None)[0].split()
    assert "no accepted evaluation" in verdict([], None)[0]
