"""Our components, each alone, as Rasa's graph would build it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from tests.fakes.example import BRAND

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa and its libraries warn of themselves on import
    pytest.importorskip("rasa")
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.answers import Answers
    from bot.nlu.classifier import TwoSteps
    from bot.nlu.entities import Details, Language
    from bot.nlu.features import Ngrams
    from bot.nlu.tokenizer import Words
    from bot.nlu.unsure import Unsure

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

EXAMPLES = {
    "question_pet": ["can I bring my cat", "is my dog allowed", "flying with a cat"],
    "question_wifi": ["is there wifi", "how much is the wifi", "wifi on board"],
    "complaint": ["worst airline ever", "never again", "two hours late again"],
    "thanks": ["thank you so much", "thanks a lot", "many thanks"],
}


class Graph:
    """Builds components as Rasa does, with a folder to keep what they learn."""

    def __init__(self, folder: Path) -> None:
        self.storage = LocalModelStorage(folder)
        self.context = ExecutionContext(GraphSchema({}), node_name="node")

    def arguments(self, component: Any, **config: Any) -> tuple[Any, ...]:
        return {**component.get_default_config(), **config}, self.storage, Resource("it"), self.context

    def create(self, component: Any, **config: Any) -> Any:
        return component.create(*self.arguments(component, **config))

    def load(self, component: Any, **config: Any) -> Any:
        return component.load(*self.arguments(component, **config))


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return Graph(tmp_path)


def tokenized(graph: Graph, text: str, intent: str | None = None) -> Any:
    data = {"text": text, "intent": intent} if intent else {"text": text}
    (message,) = graph.create(Words).process([Message(data)])
    return message


def trained_on(graph: Graph, examples: dict[str, list[str]]) -> Any:
    messages = [tokenized(graph, text, name) for name, texts in examples.items() for text in texts]
    return TrainingData(messages)


def test_the_tokenizer_gives_what_words_count_as(graph: Graph) -> None:
    tokens = tokenized(graph, "@nimbea Où est NB204 ?").get("text_tokens")
    assert [token.lemma for token in tokens] == ["ou", "est", "flight@", "?"]


def test_language_is_an_entity_where_the_text_tells_it(graph: Graph) -> None:
    (message,) = graph.create(Language).process([Message({"text": "où est ma valise"})])
    assert [(e["entity"], e["value"]) for e in message.get("entities")] == [("language", "fr")]


@pytest.mark.parametrize("text", ["/question_pet", "NB204", "👍"])
def test_what_is_in_no_language_gets_no_language(graph: Graph, text: str) -> None:
    (message,) = graph.create(Language).process([Message({"text": text})])
    assert message.get("entities") == []


def test_details_are_added_to_the_entities_that_are_known(graph: Graph) -> None:
    known = {"entity": "language", "value": "en"}
    message = Message({"text": "is NB204 late", "entities": [known]})
    graph.create(Details).process([message])
    assert [entity["value"] for entity in message.get("entities")] == ["en", "NB204"]


@pytest.mark.parametrize("analyzer", ["word", "char_wb"])
def test_features_are_the_same_after_loading(graph: Graph, analyzer: str) -> None:
    component = graph.create(Ngrams, analyzer=analyzer, weight=1.5)
    component.train(trained_on(graph, EXAMPLES))
    loaded = graph.load(Ngrams, analyzer=analyzer, weight=1.5)
    rows = [
        it.process([tokenized(graph, "is my cat allowed")])[0].get_sparse_features("text")[1].features
        for it in (component, loaded)
    ]
    assert rows[0].nnz > 0
    assert (rows[0] != rows[1]).nnz == 0


def test_an_analyzer_that_does_not_exist_is_refused(graph: Graph) -> None:
    with pytest.raises(Exception, match="analyzer must be word or char_wb"):
        graph.create(Ngrams, analyzer="syllable")


def learnt(graph: Graph, examples: dict[str, list[str]]) -> tuple[Any, Any]:
    data, features = trained_on(graph, examples), graph.create(Ngrams)
    features.train(data)
    features.process_training_data(data)
    other = Graph(graph.storage._storage_path / "classifier")  # noqa: SLF001 - a folder of its own
    other.storage._storage_path.mkdir()  # noqa: SLF001
    other.create(TwoSteps).train(data)
    return features, other.load(TwoSteps)


def ranking(graph: Graph, features: Any, classifier: Any, text: str) -> list[dict[str, Any]]:
    (message,) = classifier.process(features.process([tokenized(graph, text)]))
    ranked: list[dict[str, Any]] = message.get("intent_ranking")
    return ranked


def test_the_classifier_ranks_all_intents_and_shares_add_up(graph: Graph) -> None:
    ranked = ranking(graph, *learnt(graph, EXAMPLES), "can my cat come")
    assert {guess["name"] for guess in ranked} == set(EXAMPLES)
    assert ranked[0]["name"] == "question_pet"
    assert sum(guess["confidence"] for guess in ranked) == pytest.approx(1)


def test_without_topics_the_classifier_has_one_step(graph: Graph) -> None:
    flat = {name: EXAMPLES[name] for name in ("complaint", "thanks")}
    ranked = ranking(graph, *learnt(graph, flat), "thanks a million")
    assert [guess["name"] for guess in ranked] == ["thanks", "complaint"]


@pytest.mark.parametrize(
    ("intent", "confidence", "understood"),
    [
        ("complaint", 0.36, "complaint"),
        ("complaint", 0.34, "nlu_fallback"),
        ("question_pet", 0.61, "question_pet"),
        ("question_pet", 0.39, "nlu_fallback"),
        ("question", 0.36, "question"),
        ("thanks", 0.39, "nlu_fallback"),
        ("thanks", 0.51, "thanks"),
    ],
)
def test_an_answer_needs_more_certainty_than_a_handover(
    graph: Graph, intent: str, confidence: float, understood: str
) -> None:
    guess = {"name": intent, "confidence": confidence}
    message = Message({"text": "hello", "intent": guess, "intent_ranking": [guess]})
    graph.create(Unsure).process([message])
    assert message.get("intent") == {"name": understood, "confidence": confidence}
    assert message.get("intent_ranking")[-1] == guess


def test_rasa_asks_back_where_the_gateway_does() -> None:
    brand = BRAND.thresholds
    config = yaml.safe_load(Path("config.yml").read_text(encoding="utf8"))
    (unsure,) = (c for c in config["pipeline"] if c["name"] == "bot.nlu.unsure.Unsure")
    for name in ("understood", "answer", "thank"):
        assert unsure[name] == getattr(brand, name)
    (meaning,) = (c for c in config["pipeline"] if c["name"] == "bot.nlu.meaning.Meaning")
    assert tuple(meaning["human_intents"]) == brand.human_registers


class PaperTracker:
    """What the answers ask of a conversation."""

    def __init__(self, language: str, *ranking: str) -> None:
        self.latest_message = self
        self.parse_data = {"intent_ranking": [{"name": name} for name in ranking]}
        self.slots = {"language": language}

    def get_slot(self, name: str) -> str | None:
        return self.slots.get(name)

    def current_slot_values(self) -> dict[str, str]:
        return self.slots


class PaperDomain:
    """Answers in two languages."""

    responses: ClassVar[dict[str, Any]] = {
        name: [
            {
                "text": f"{name} {language}",
                "condition": [{"type": "slot", "name": "language", "value": language}],
                "metadata": {"title": f"{title} {language}"} if title else {},
            }
            for language in ("fr", "en")
        ]
        for name, title in [
            ("utter_clarify", ""),
            ("utter_question_pet", "pets"),
            ("utter_question_wifi", "wifi"),
            ("utter_question_seat", "seats"),
            ("utter_complaint", ""),
            ("utter_ask_human", "human"),
        ]
    }


async def test_the_clarifying_question_offers_the_likeliest_topics_and_a_human() -> None:
    answers = Answers(None, PaperDomain())
    tracker = PaperTracker(
        "en", "nlu_fallback", "complaint", "question_wifi", "question_pet", "question_seat"
    )
    answer = await answers.generate("utter_clarify", tracker, "relais")
    assert answer is not None
    assert answer["text"] == "utter_clarify en"
    assert answer["buttons"] == [
        {"title": "wifi en", "payload": "/question_wifi"},
        {"title": "pets en", "payload": "/question_pet"},
        {"title": "human en", "payload": "/ask_human"},
    ]


async def test_other_answers_have_no_buttons() -> None:
    answer = await Answers(None, PaperDomain()).generate("utter_question_pet", PaperTracker("fr"), "relais")
    assert answer is not None
    assert answer["text"] == "utter_question_pet fr"
    assert "buttons" not in answer
