"""Answers: once in every language, short, and with a title of their own on a button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.trainers.material import TOPIC, Answer
from bot.trainers.remarks import Remark

LONGEST, AIM, LONGEST_TITLE = 280, 140, 30


def check(answers: Sequence[Answer], languages: Sequence[str]) -> Iterator[Remark]:
    """Remarks on single answers, and on answers that do not go together."""
    for answer in answers:
        yield from _length(answer)
        yield from _language(answer, languages)
        if answer.name.startswith(f"utter_{TOPIC}"):
            yield from _title(answer)
    yield from _untranslated(answers, languages)
    yield from _same_titles(answers)


def _length(answer: Answer) -> Iterator[Remark]:
    length = len(answer.text)
    if length > LONGEST:
        yield _on(answer, f"has {length} characters; {LONGEST} is the limit")
    elif length > AIM:
        yield _on(answer, f"has {length} characters; aim at {AIM}", is_hint=True)


def _language(answer: Answer, languages: Sequence[str]) -> Iterator[Remark]:
    if answer.language not in languages:
        words = f"says {answer.language!r}" if answer.language else "has no condition on the language"
        yield _on(answer, f"{words}; it must be one of {', '.join(languages)}")


def _title(answer: Answer) -> Iterator[Remark]:
    if not answer.title:
        yield _on(answer, "has no title for its button (metadata: {title: ...})")
    elif len(answer.title) > LONGEST_TITLE:
        yield _on(answer, f"has a title of {len(answer.title)} characters; {LONGEST_TITLE} is the limit")


def _untranslated(answers: Sequence[Answer], languages: Sequence[str]) -> Iterator[Remark]:
    by_name: dict[str, list[Answer]] = {}
    for answer in answers:
        by_name.setdefault(answer.name, []).append(answer)
    for variations in by_name.values():
        spoken = [answer.language for answer in variations]
        for language in languages:
            if language not in spoken:
                yield _on(variations[0], f"is missing in {language}", named=variations[0].name)
        for number, answer in enumerate(variations):
            if answer.language in spoken[:number]:
                yield _on(answer, "stands twice; only one of them would be said")


def _same_titles(answers: Sequence[Answer]) -> Iterator[Remark]:
    first: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        other = first.setdefault((answer.language, answer.title.casefold()), answer)
        if answer.title and other.name != answer.name:
            yield _on(answer, f"has the same title, {answer.title!r}, as {other.name} at {other.place}")


def _on(answer: Answer, words: str, *, is_hint: bool = False, named: str = "") -> Remark:
    subject = named or f"{answer.name} in {answer.language}"
    return Remark(place=answer.place, words=f"{subject} {words}", is_hint=is_hint)
