from __future__ import annotations

from pathlib import Path

import msgspec

from bot.trainers.figures import cross_figures, guessed
from bot.trainers.folds import read_folds
from tests.unit.trainers.releases import read


def test_what_was_cross_read_is_read_back(tmp_path: Path) -> None:
    reads = [read("late", "complaint", "complaint"), read("merci", "thanks", "complaint")]
    file = tmp_path / "folds.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(it) for it in reads) + b"\n")
    assert read_folds(file) == reads


def test_the_likeliest_intent_counts_even_where_it_is_too_weak_to_act_on() -> None:
    unsure = read("merci", "thanks", "thanks", confidence=0.2)
    assert unsure.reading.intent == "nlu_fallback"
    assert unsure.guess == "thanks"
    assert guessed(unsure).is_right
    assert cross_figures([unsure]).accuracy == 1
