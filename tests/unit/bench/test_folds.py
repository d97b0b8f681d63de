"""How examples are dealt and sampled; no Rasa is asked."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.folds import deal, sample
from bot.trainers.material import Example


def examples(intent: str, count: int, language: str = "en") -> list[Example]:
    return [
        Example(text=f"{intent} {n}", intent=intent, language=language, place=f"{intent}:{n}")
        for n in range(count)
    ]


MIXED = [*examples("complaint", 60), *examples("idea", 30), *examples("idea", 9, "fr")]


def test_every_fold_has_its_share_of_every_intent_and_language() -> None:
    for fold in deal(MIXED, 3):
        shares = Counter((it.intent, it.language) for it in fold)
        assert shares == {("complaint", "en"): 20, ("idea", "en"): 10, ("idea", "fr"): 3}


def test_every_example_is_dealt_once() -> None:
    dealt = [it for fold in deal(MIXED, 4) for it in fold]
    assert sorted(it.text + it.language for it in dealt) == sorted(it.text + it.language for it in MIXED)


def test_a_sample_has_every_intent_in_proportion() -> None:
    shares = Counter((it.intent, it.language) for it in sample(MIXED, 33))
    assert shares == {("complaint", "en"): 20, ("idea", "en"): 10, ("idea", "fr"): 3}


@pytest.mark.parametrize("most", [0, 99, 5000])
def test_a_sample_of_enough_is_all(most: int) -> None:
    assert len(sample(MIXED, most)) == len(MIXED)


def test_the_same_examples_are_sampled_and_dealt_alike_in_any_order() -> None:
    assert sample(MIXED[::-1], 20) == sample(MIXED, 20)
    assert deal(MIXED[::-1], 3) == deal(MIXED, 3)
