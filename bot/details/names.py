"""Finds the names of persons, by spaCy: by what is said before them, by first names, by their shape.

The words stand in names.yml. A French model's recogniser adds names that nothing announces. Needs
spaCy and that model, the assistant's packages: they are loaded when `Names` is made (5 s, 250 MB).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from bot.details.detail import Detail
from bot.details.name_reader import Reader, Span
from bot.details.vocabulary import LANGUAGES, fold, load_vocabulary
from bot.errors import SettingsError

_MODEL = "fr_core_news_md"
# Only the recogniser, and what it looks at: the rest costs time.
_UNUSED = ("morphologizer", "parser", "attribute_ruler", "lemmatizer")
# A shorter word of a customer's name may be any word.
_SHORTEST = 3


class Names:
    """Finds names. `own` are words of the brand's, which are nobody's name.

    Raises `SettingsError` where spaCy or the model is not installed.
    """

    def __init__(self, own: Iterable[str] = ()) -> None:
        self._spacy, self._model = _load()
        stop_words = (word for code in LANGUAGES for word in self._spacy.blank(code).Defaults.stop_words)
        self._words = load_vocabulary(own=own, ordinary=stop_words)
        self._cut = _cutter(self._spacy)
        self._phrases = self._matcher()

    def find(self, text: str, known: str = "") -> tuple[Detail, ...]:
        """The names in a text, in order; none overlaps another.

        `known` is the name under which the customer writes: its words are names for sure.
        """
        doc = self._cut(fold(text))
        reader = Reader(doc, self._words, self._matches(doc))
        own = {token.lower_ for token in self._cut(fold(known)) if len(token) >= _SHORTEST}
        spans = [*reader.announced(), *reader.known(own), *self._recognised(text, reader)]
        return tuple(
            Detail(kind="name", start=doc[start].idx, end=doc[end - 1].idx + len(doc[end - 1]))
            for start, end in _merged(spans)
        )

    def _matcher(self) -> Any:
        matcher = self._spacy.matcher.PhraseMatcher(self._cut.vocab, attr="LOWER")
        for kind, phrases in self._words.phrases.items():
            matcher.add(kind, [self._cut.make_doc(phrase) for phrase in phrases])
        return matcher

    def _matches(self, doc: Any) -> list[tuple[str, Span]]:
        return [(doc.vocab.strings[key], (start, end)) for key, start, end in self._phrases(doc)]

    def _recognised(self, text: str, reader: Reader) -> Iterator[Span]:
        for entity in self._model(text).ents:
            if entity.label_ == "PER":
                span = reader.doc.char_span(entity.start_char, entity.end_char, alignment_mode="contract")
                if span is not None and (name := reader.trimmed((span.start, span.end))):
                    yield name


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap, as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cutter(spacy: Any) -> Any:
    """Cuts texts of all languages into tokens, and d'Inès into two."""
    cutter = spacy.blank("xx")
    prefixes = [*cutter.Defaults.prefixes, r"(?:[cdjlmnst]|qu)'(?=[A-Z])"]
    cutter.tokenizer.prefix_search = spacy.util.compile_prefix_regex(prefixes).search
    return cutter


def _load() -> tuple[Any, Any]:
    try:
        import spacy
        import spacy.matcher

        with warnings.catch_warnings():
            # The model was made for the next spaCy; tests/unit/details shows that it works in this one.
            warnings.filterwarnings("ignore", message=r"\[W095\]")
            return spacy, spacy.load(_MODEL, exclude=_UNUSED)
    except (ImportError, OSError) as error:
        raise SettingsError(f"Names cannot be found without spaCy and {_MODEL}: make install") from error
