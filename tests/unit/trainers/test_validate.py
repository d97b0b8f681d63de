"""What is wrong in trainers' files is named with file and line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.brand import Brand
from bot.trainers.checks.links import links
from bot.trainers.material import Answer, read_material
from bot.trainers.online import dead_links
from bot.trainers.validate import validate
from tests.unit.trainers.conftest import Project

PETS_EN = "data/nlu/question_pet.en.yml"
ANSWER = "data/answers/question_pet.yml"


@pytest.fixture
def said(project: Project, brand: Brand) -> Said:
    return Said(project, brand)


class Said:
    """The remarks on a project, as they are printed."""

    def __init__(self, project: Project, brand: Brand) -> None:
        self._project = project
        self._brand = brand

    def __call__(self) -> list[str]:
        return [str(remark) for remark in validate(self._project.root, self._brand)]


def one(remarks: list[str], beginning: str, *words: str) -> None:
    """Only one remark is made, at this place and with these words."""
    assert len(remarks) == 1, remarks
    assert remarks[0].startswith(beginning), remarks
    assert all(word in remarks[0] for word in words), remarks


def test_faultless_files_get_no_remark(said: Said) -> None:
    assert said() == []


# Thousands of examples are read.
@pytest.mark.timeout(60)
def test_the_projects_own_files_have_no_error(brand: Brand) -> None:
    errors = [str(remark) for remark in validate(Path.cwd(), brand) if not remark.is_hint]
    assert errors == []


def test_an_example_of_two_intents_is_a_contradiction(project: Project, said: Said) -> None:
    project.examples("question_pet", "en", "May my CAT come?", "may my cat, come")
    project.write("domain.yml", "intents:\n- question_pet\n- chat\n")
    project.write("data/rules/chat.yml", "rules:\n- steps:\n  - intent: chat\n")
    project.answer("chat", title="Chat", fr="Oui.", en="Yes.", es="Sí.")
    for language in ("fr", "en", "es"):
        project.examples("chat", language, count=5)
    project.examples("chat", "en", "máy my cat come!", count=5)
    remarks = said()
    assert remarks[0].startswith("data/nlu/question_pet.en.yml:5: 'May my CAT come?' is question_pet here")
    assert "chat at data/nlu/chat.en.yml:5: keep one" in remarks[0]


def test_an_example_that_stands_twice_is_told(project: Project, said: Said) -> None:
    project.examples("question_pet", "en", "any room for Rex", "any room for Rex")
    one(said(), f"{PETS_EN}:6: ", "says the same as", f"{PETS_EN}:5")


def test_an_example_that_differs_in_punctuation_only_is_a_hint(project: Project, said: Said) -> None:
    project.examples("question_pet", "en", "any room for Rex", "ANY room, for Rex?!")
    one(said(), f"{PETS_EN}:6: hint: ")


def test_emoji_make_a_difference(project: Project, said: Said) -> None:
    project.examples("question_pet", "en", "any room for Rex", "any room for Rex 😡")
    assert said() == []


def test_an_example_that_is_measured_with_is_refused(project: Project, said: Said) -> None:
    project.write("tests/nlu/en.csv", 'text\n"Any room, for Rex? 🐕"\n')
    project.examples("question_pet", "en", "any room for rex")
    one(said(), f"{PETS_EN}:5: ", "stands in tests/nlu")


@pytest.mark.parametrize("personal", ["write to ines@mail.example", "card 4111 1111 1111 1111"])
def test_personal_data_in_an_example_is_refused(project: Project, said: Said, personal: str) -> None:
    project.examples("question_pet", "en", personal)
    one(said(), f"{PETS_EN}:5: ", "looks like personal data")


def test_an_example_in_another_language_is_a_hint(project: Project, said: Said) -> None:
    project.examples("question_pet", "en", "est-ce que je peux prendre mon petit chien avec moi")
    one(said(), f"{PETS_EN}:5: hint: ", "reads like fr, in a file of en")


def test_too_few_examples_of_a_topic_are_told(project: Project, said: Said) -> None:
    project.examples("question_pet", "es", count=11)
    one(said(), "domain.yml:2: ", "data/nlu/question_pet.es.yml has only 11 examples; at least 12")


def test_a_topic_without_examples_in_a_language_is_told(project: Project, said: Said) -> None:
    (project.root / "data/nlu/question_pet.es.yml").unlink()
    one(said(), "domain.yml:2: ", "has no examples in es: write data/nlu/question_pet.es.yml")


def test_a_topic_without_an_answer_in_a_language_is_told(project: Project, said: Said) -> None:
    project.answer("question_pet", fr="Oui.", en="Yes.")
    first, second = said()
    assert "utter_question_pet is missing in es" in first
    assert "question_pet has no answer in es" in second


def test_a_topic_without_a_rule_is_told(project: Project, said: Said) -> None:
    project.write("data/rules/questions.yml", "rules:\n- steps:\n  - intent: other\n")
    one(said(), "domain.yml:2: ", "no rule in data/rules says what follows question_pet")


def test_a_topic_that_the_domain_does_not_list_is_told(project: Project, said: Said) -> None:
    project.examples("question_wifi", "en")
    project.answer("question_wifi", fr="Oui.", en="Yes.", es="Sí.")
    texts = "\n".join(said())
    assert "data/nlu/question_wifi.en.yml:5: question_wifi is not among the intents" in texts
    assert "data/answers/question_wifi.yml:6: utter_question_wifi answers an intent that is not" in texts


def test_a_file_named_after_another_intent_is_told(project: Project, said: Said) -> None:
    text = (project.root / PETS_EN).read_text(encoding="utf8")
    (project.root / PETS_EN).unlink()
    project.write("data/nlu/question_cat.en.yml", text)
    one(said(), "data/nlu/question_cat.en.yml:3: ", "the intent is question_pet, but the file's name says")


def test_a_language_that_the_brand_does_not_speak_is_told(project: Project, said: Said) -> None:
    text = (project.root / PETS_EN).read_text(encoding="utf8").replace("cat ", "Katze ")
    project.write("data/nlu/question_pet.de.yml", text)
    one(said(), "data/nlu/question_pet.de.yml:5: ", "'de', which is none of the brand's languages")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("nlu:\n- intent: [", 3, "is not valid YAML"),
        ("", 1, "the file is empty"),
        ("- intent: question_pet\n", 1, "keys with values are expected"),
        ("examples: x\n", 1, "'nlu:' is missing"),
        ("nlu:\n- examples: |\n    - a\n", 2, "'intent:' is missing"),
        ("nlu:\n- intent: question_pet\n  examples:\n  - a\n", 4, "'examples: |' is expected"),
    ],
)
def test_files_that_cannot_be_read_are_told_with_their_line(
    project: Project, said: Said, content: str, line: int, words: str
) -> None:
    project.write(PETS_EN, content)
    assert any(text.startswith(f"{PETS_EN}:{line}: ") and words in text for text in said())


def test_an_example_without_its_dash_is_told(project: Project, said: Said) -> None:
    text = (project.root / PETS_EN).read_text(encoding="utf8")
    project.write(PETS_EN, f"{text}    forgotten\n")
    one(said(), f"{PETS_EN}:17: ", "begins with a dash", "'forgotten'")


def test_marked_entities_count_as_their_words(project: Project) -> None:
    project.examples("question_pet", "en", "is [NB204](flight_number) pet friendly")
    assert "is NB204 pet friendly" in {example.text for example in read_material(project.root).examples}


@pytest.mark.parametrize(("length", "words"), [(281, "280 is the limit"), (141, "hint: ")])
def test_an_answer_that_is_too_long_is_told(project: Project, said: Said, length: int, words: str) -> None:
    project.answer("question_pet", fr="Oui.", en="y" * length, es="Sí.")
    one(said(), f"{ANSWER}:9: ", f"has {length} characters", words)


def test_an_answer_that_stands_twice_in_a_language_is_told(project: Project, said: Said) -> None:
    text = (project.root / ANSWER).read_text(encoding="utf8")
    double = text.splitlines()[-3:]
    project.write(ANSWER, text + "\n".join(double) + "\n")
    one(said(), f"{ANSWER}:15: ", "stands twice")


def test_two_topics_with_one_title_are_told(project: Project, said: Said) -> None:
    project.answer("flight", en="Yes.")
    texts = said()
    assert any("has the same title, 'Pets', as utter_flight" in text for text in texts)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("http://www.nimbea.example/pets", "does not begin with https://"),
        ("www.nimbea.example/pets", "does not begin with https://"),
        ("https:///pets", "is not an address"),
        ("https://[nimbea/pets", "is not an address"),
        ("https://nimbea/pets", "is not an address"),
        ("https://pets.example/pets", "is not on https://www.nimbea.example"),
        ("https://www.nimbea.example/dogs", "a page that data/links.yml does not know"),
        ("https://www.nimbea.example/animaux", "is the page in fr; in en it is /pets"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(project: Project, said: Said, link: str, words: str) -> None:
    project.answer("question_pet", fr="Oui.", en=f"See {link}.", es="Sí.")
    one(said(), f"{ANSWER}:9: ", words)


@pytest.mark.parametrize("after", ["", ".", ": soon", ").", "!", "/"])
def test_a_link_ends_where_the_sentence_does(project: Project, said: Said, after: str) -> None:
    project.answer("question_pet", fr="Oui.", en=f"https://www.nimbea.example/pets{after}", es="Sí.")
    assert said() == []


@pytest.fixture
async def site() -> AsyncIterator[BaseTestServer]:
    """A site with one page, and one that wants to be asked with GET."""

    async def there(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/there", there)
    app.router.add_get("/shy", there, allow_head=False)
    async with TestServer(app) as server:
        yield server


def answered(*addresses: str) -> list[Answer]:
    return [
        Answer(name="utter_x", language="en", text=f"See {it}", title="", place=f"x.yml:{n}")
        for n, it in enumerate(addresses, start=1)
    ]


async def test_pages_that_are_there_are_alive(site: BaseTestServer) -> None:
    asked = answered(str(site.make_url("/there")), str(site.make_url("/shy")))
    assert await dead_links(list(links(asked))) == []


async def test_pages_that_are_not_there_are_dead(site: BaseTestServer, unused_tcp_port: int) -> None:
    asked = answered(str(site.make_url("/gone")), f"http://127.0.0.1:{unused_tcp_port}/")
    gone, nobody = await dead_links(list(links(asked)))
    assert str(gone).startswith("x.yml:1: utter_x: ")
    assert "status 404" in str(gone)
    assert "cannot be reached" in str(nobody)
