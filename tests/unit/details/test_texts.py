"""How surely details are found in texts of three languages; docs/trainers.md quotes the figures.

`texts` are those that the finder was written with, `unseen` those it was measured with afterwards.
"""

from typing import get_args

import pytest

from bot import details
from bot.details import DetailKind
from bot.details.detail import apart
from bot.details.names import Names
from tests.unit.details.marked import LANGUAGES, Marked, read

# The model is loaded for the first of these tests.
pytestmark = pytest.mark.timeout(90)

SURE = frozenset(get_args(DetailKind)) - {"name", "handle"}
# Of a hundred names in texts that nothing was fitted to, at least so many are found.
UNSEEN = {"fr": 94, "en": 82, "es": 88}


@pytest.mark.parametrize("folder", ["texts", "unseen"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_addresses_are_found_and_nothing_else(folder: str, language: str) -> None:
    for marked in read(folder, language):
        found = details.find(marked.text)
        assert marked.missed(found, SURE) == [], marked.text
        assert marked.false(found) == [], marked.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_all_names_are_found_in_known_texts(names: Names, language: str) -> None:
    found, missed, false = names_in(names, read("texts", language))
    assert found >= 97, missed
    assert len(false) <= 1, false


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_names_are_found_in_unseen_texts(names: Names, language: str) -> None:
    found, missed, false = names_in(names, read("unseen", language))
    assert found >= UNSEEN[language], missed
    # A hero of a film is somebody's name, but nobody's detail.
    assert len(false) <= 1, false


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_texts(language: str) -> None:
    assert len(read("texts", language)) >= 90
    assert len(read("unseen", language)) >= 30


def names_in(names: Names, texts: list[Marked]) -> tuple[float, list[str], list[str]]:
    """Names found in a hundred, names missed, and what was taken for a name."""
    missed, false, total = list[str](), list[str](), 0
    for marked in texts:
        found = apart([*details.find(marked.text), *names.find(marked.text)])
        total += sum(own.kind == "name" for own in marked.details)
        missed += marked.missed(found, ["name"])
        false += marked.false(found)
    return 100 * (total - len(missed)) / total, missed, false
