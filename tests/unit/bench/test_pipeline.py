"""A real pipeline on a few messages."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import pytest

from bench.nlu import BASELINE
from bench.pipeline import Pipeline, train

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa and its libraries warn of themselves on import
    pytest.importorskip("rasa")
    from bench.folds import cross_read, deal
    from bot.trainers.material import Example

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(120), pytest.mark.filterwarnings("ignore")]

EXAMPLES = {
    "question_pet": ["can I bring my cat", "is my dog allowed", "flying with a cat"],
    "thanks": ["thank you so much", "thanks a lot", "many thanks"],
}


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Training sets variables and silences warnings for its process; here others come after."""
    before, shown = dict(os.environ), warnings.showwarning
    yield
    os.environ.clear()
    os.environ.update(before)
    warnings.showwarning = shown


@pytest.fixture
def pipeline() -> Pipeline:
    return train(BASELINE, [(text, name) for name, texts in EXAMPLES.items() for text in texts])


def test_one_by_one_and_all_together_are_read_alike(pipeline: Pipeline) -> None:
    texts = ["a cat", "thanks [a](b) lot", "/thanks", "thanks, thanks"] * 20
    together = list(pipeline.read_all(texts))
    assert [it["text"] for it in together][:3] == ["a cat", "thanks [a](b) lot", "thanks"]
    assert pipeline.read("thanks, thanks")["intent"]["name"] == "thanks"
    for text, one in zip(texts[:4], together[:4], strict=True):
        assert pipeline.read(text)["intent"] == one["intent"]


def test_every_example_is_read_once_by_a_pipeline_that_did_not_learn_it() -> None:
    examples = [
        Example(text=text, intent=name, language="en", place=f"{name}.yml:{n}")
        for name, texts in EXAMPLES.items()
        for n, text in enumerate(texts)
    ]
    folds = deal(examples, 3)
    assert [sorted(it.intent for it in fold) for fold in folds] == [["question_pet", "thanks"]] * 3
    reads = list(cross_read(BASELINE, folds))
    assert sorted(it.place for it in reads) == sorted(it.place for it in examples)
    assert {(it.register, it.topic) for it in reads} == {("question", "pet"), ("thanks", "")}
    assert all(it.guess in EXAMPLES for it in reads)
