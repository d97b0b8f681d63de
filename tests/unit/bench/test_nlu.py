"""The bench, with workers that answer from a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pytest

from bench.nlu import run
from bench.pipeline import Config, Examples, config_of
from bench.worker import Guess

TRAIN = [("my card", "Card Arrival"), ("my pin", "question_pin"), ("hi", "oos")]
TEST = [(f"my card {n}", "Card Arrival") for n in range(25)] + [("hi", "oos")]


class Paper:
    """Takes everything for the first label that it was trained with."""

    hired: list[Paper]
    log: list[str]

    def __init__(self, config: Config, examples: Examples) -> None:
        self.name, self.examples, self.seconds = str(config["name"]), examples, 2.0
        self.timed: list[str] = []
        Paper.hired.append(self)

    def __enter__(self) -> Paper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Paper.log.append(f"{self.name} left")

    def time(self, texts: Sequence[str]) -> list[float]:
        self.timed += texts
        Paper.log.append(f"{self.name} timed {len(texts)}")
        return [0.004] * len(texts)

    def read(self, texts: Sequence[str]) -> list[Guess]:
        return [Guess(intent=self.examples[0][1], confidence=0.9, is_unsure=False) for _ in texts]

    def peak(self) -> float:
        return 500.0


@pytest.fixture(autouse=True)
def nobody_hired() -> None:
    Paper.hired, Paper.log = [], []


def test_labels_go_in_by_names_that_mean_nothing_and_come_out_as_they_were() -> None:
    (measured,) = run({"ours": {"name": "ours"}}, TRAIN, TEST, timed=5, hire=Paper)
    assert {intent for _, intent in Paper.hired[0].examples} == {"label_0", "label_1", "label_2"}
    assert set(measured.best) == {"Card Arrival"}
    assert measured.milliseconds == pytest.approx(4)


def test_pipelines_take_turns_and_leave() -> None:
    run({"a": {"name": "a"}, "b": {"name": "b"}}, TRAIN, TEST, timed=20, hire=Paper)
    turns = [entry for entry in Paper.log if not entry.endswith("timed 5")]
    assert turns == ["a timed 10", "b timed 10"] * 2 + ["b left", "a left"]


def test_messages_that_were_trained_with_are_not_timed() -> None:
    run({"ours": {"name": "ours"}}, TRAIN, TEST, timed=100, hire=Paper)
    assert "hi" not in Paper.hired[0].timed
    assert len(Paper.hired[0].timed) == 25 + 5


def test_only_what_understands_is_taken_of_the_configuration() -> None:
    assert set(config_of(Path("config.yml"))) == {"recipe", "assistant_id", "language", "pipeline"}
