"""Every intent has what belongs to it, in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.trainers.material import TOPIC, Material, Named
from bot.trainers.remarks import Remark

# With fewer a topic is found by its one or two commonest words, and by little else.
FEWEST_OF_TOPIC, FEWEST = 12, 5
# How the name of an answer begins; the second is said while a person is being called.
_SAYS = ("utter_", "utter_hand_over_")


def check(material: Material, languages: Sequence[str]) -> Iterator[Remark]:
    """Remarks on what is missing, on what is too few, and on what belongs to no intent."""
    yield from _missing(material, languages)
    yield from _unknown(material, languages)
    yield from _twice(material.intents)


def _missing(material: Material, languages: Sequence[str]) -> Iterator[Remark]:
    written = Counter((example.intent, example.language) for example in material.examples)
    answers = {(answer.name, answer.language) for answer in material.answers}
    ruled = {rule.name for rule in material.answered}
    for intent in material.intents:
        for language in languages:
            yield from _too_few(intent, language, written[intent.name, language])
            if not any((f"{says}{intent.name}", language) in answers for says in _SAYS):
                words = f"{intent.name} has no answer in {language}: write utter_{intent.name} in"
                yield _error(intent, f"{words} data/answers/{intent.name}.yml")
        if intent.name not in ruled:
            yield _error(intent, f"no rule in data/rules says what follows {intent.name}")


def _too_few(intent: Named, language: str, count: int) -> Iterator[Remark]:
    least = FEWEST_OF_TOPIC if intent.name.startswith(TOPIC) else FEWEST
    file = f"data/nlu/{intent.name}.{language}.yml"
    if not count:
        yield _error(intent, f"{intent.name} has no examples in {language}: write {file}")
    elif count < least:
        yield _error(intent, f"{file} has only {count} examples; at least {least} are needed")


def _unknown(material: Material, languages: Sequence[str]) -> Iterator[Remark]:
    known = {intent.name for intent in material.intents}
    first = {(example.intent, example.language): example for example in reversed(material.examples)}
    for (intent, language), example in first.items():
        if intent not in known:
            words = f"{intent} is not among the intents of domain.yml"
            yield Remark(place=example.place, words=words)
        if language not in languages:
            words = f"the file's name ends in {language!r}, which is none of the brand's languages"
            yield Remark(place=example.place, words=words)
    for answer in material.answers:
        if answer.name.startswith(f"utter_{TOPIC}") and answer.name.removeprefix("utter_") not in known:
            words = f"{answer.name} answers an intent that is not in domain.yml"
            yield Remark(place=answer.place, words=words)


def _twice(intents: Sequence[Named]) -> Iterator[Remark]:
    seen: set[str] = set()
    for intent in intents:
        if intent.name in seen:
            yield _error(intent, f"{intent.name} stands twice in domain.yml")
        seen.add(intent.name)


def _error(intent: Named, words: str) -> Remark:
    return Remark(place=intent.place, words=words)
