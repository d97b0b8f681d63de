from __future__ import annotations

import yaml

from bench.harness.stock import EPOCHS, EXAMPLES, config, project
from bot.trainers.material import Example

ANSWERS = {"utter_greet": [{"text": "Hello."}]}


def examples(intent: str, count: int = 1, text: str = "a text") -> list[Example]:
    return [
        Example(text=f"{text} {intent} {n}", intent=intent, language="en", place="x") for n in range(count)
    ]


def test_pipeline_and_policies_are_rasas_own() -> None:
    told = config()
    names = [component["name"] for component in (*told["pipeline"], *told["policies"])]
    assert {"DIETClassifier", "ResponseSelector", "TEDPolicy", "RulePolicy"} <= set(names)
    assert {it["epochs"] for it in told["pipeline"] if "epochs" in it} == {EPOCHS}


def test_every_intent_has_a_story_or_a_rule_and_an_answer() -> None:
    files = project([*examples("greet"), *examples("thanks"), *examples("goodbye")], ANSWERS)
    domain = yaml.safe_load(files["domain.yml"])
    assert domain["intents"] == ["goodbye", "greet", "thanks"]
    assert domain["responses"]["utter_greet"] == ANSWERS["utter_greet"]
    assert domain["responses"]["utter_thanks"]
    stories = yaml.safe_load(files["data/stories.yml"])["stories"]
    assert {it["story"] for it in stories} >= {"greet", "thanks"}
    assert [it["rule"] for it in yaml.safe_load(files["data/rules.yml"])["rules"]] == ["goodbye"]


def test_a_few_examples_do_and_nothing_in_them_reads_as_an_entity() -> None:
    files = project(examples("greet", 100, "hi [there]{x}"), ANSWERS)
    (greet,) = yaml.safe_load(files["data/nlu.yml"])["nlu"]
    lines = greet["examples"].splitlines()
    assert len(lines) == EXAMPLES
    assert not any(sign in line for line in lines for sign in "[]{}")


def test_the_same_examples_give_the_same_files() -> None:
    taught = examples("greet", 40)
    assert project(taught, ANSWERS) == project(taught[::-1], ANSWERS)
