import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.words import LONGEST_WORD, MOST_WORDS, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My bag, my BAG!", ("my", "bag")),
        ("L’été à Nîmes", ("l", "ete", "a", "nimes")),
        ("L'E\u0301TE\u0301", ("l", "ete")),
        ("el niño perdió la maleta", ("el", "nino", "perdio", "la", "maleta")),
        ("cœur", ("coeur",)),
        ("Ǣsir", ("aesir",)),
        ("Straße", ("strasse",)),
        ("İstanbul", ("istanbul",)),
        ("NB-7K2QX4", ("nb", "7k2qx4")),
        ("ann_lee@example.com", ("ann", "lee", "example", "com")),
        ("１２３ ﬁn", ("123", "fin")),
        ("мой багаж", ("мои", "багаж")),
        ("%_'\\ --", ()),
    ],
)
def test_case_accents_and_signs_do_not_matter(text: str, words: tuple[str, ...]) -> None:
    assert words_in(text) == words


def test_what_is_pasted_is_cut() -> None:
    assert words_in("x" * 1000) == ("x" * LONGEST_WORD,)
    assert len(words_in(" ".join(map(str, range(10_000))))) == MOST_WORDS


@given(st.text())
def test_words_are_found_again_by_themselves(text: str) -> None:
    words = words_in(text)
    assert words_in(" ".join(words)) == words
    assert not any(word.isspace() or "'" in word or '"' in word for word in words)
