"""Examples: none twice, none contradicting another, none that is measured with, none personal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot import details
from bot.language import detect
from bot.trainers.material import Example
from bot.trainers.remarks import Remark
from bot.trainers.wording import alike, folded

# Shorter ones are too often words of several languages.
_WORDS_THAT_TELL = 5
# Found by check sums and shapes; what is found by its wording only may be nobody's.
_SURE = frozenset({"email", "card", "iban", "phone", "ticket", "booking_reference"})


def check(
    examples: Sequence[Example], languages: Sequence[str], held_out: Collection[str]
) -> Iterator[Remark]:
    """Remarks on single examples, and on pairs of them."""
    measured = {folded(text) for text in held_out}
    for example in examples:
        yield from _personal(example)
        yield from _foreign(example, languages)
        if folded(example.text) in measured:
            words = f"{example.text!r} stands in tests/nlu, where the assistant is measured: take it out here"
            yield Remark(place=example.place, words=words)
    yield from _repeated(examples)


def _repeated(examples: Sequence[Example]) -> Iterator[Remark]:
    first: dict[str, Example] = {}
    for example in examples:
        other = first.setdefault(alike(example.text), example)
        if other.intent != example.intent:
            words = f"{example.text!r} is {example.intent} here and {other.intent} at {other.place}"
            yield Remark(place=example.place, words=f"{words}: keep one")
        elif other is not example and other.language == example.language:
            is_same = other.text == example.text
            words = f"{example.text!r} says the same as {other.text!r} at {other.place}"
            yield Remark(place=example.place, words=words, is_hint=not is_same)


def _personal(example: Example) -> Iterator[Remark]:
    for detail in details.find(example.text):
        kind = detail.kind.replace("_", " ")
        found = example.text[detail.start : detail.end]
        words = f"{found!r} looks like personal data ({kind}): put something made up or leave it out"
        yield Remark(place=example.place, words=words, is_hint=detail.kind not in _SURE)


def _foreign(example: Example, languages: Sequence[str]) -> Iterator[Remark]:
    if len(example.text.split()) < _WORDS_THAT_TELL:
        return
    spoken = detect(example.text, languages)
    if spoken and spoken != example.language:
        words = f"{example.text!r} reads like {spoken}, in a file of {example.language}"
        yield Remark(place=example.place, words=words, is_hint=True)
