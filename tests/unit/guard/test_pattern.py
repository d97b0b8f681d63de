from __future__ import annotations

import re

import pytest

from bot.guard.pattern import WrongPattern, read_pattern, read_phrase

LISTS = {"family": [["mother"], ["loved", "one"]], "short": [["a"]]}


def fits(pattern: str, text: str) -> bool:
    return re.search(read_pattern(pattern, LISTS).source, f" {text} ") is not None


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("smoke in the cabin", "there is smoke in the cabin now", "smoke in cabin"),
        ("smoke", "smoke", "smoker"),
        ("smok*", "she smokes here", "a smock"),
        ("Fumée", "fumee noire", "fume noire"),
        ("(fire|open flames) here", "open flames here", "flames here"),
        ("is the? bomb", "it is bomb", "is a bomb"),
        ("is (such a)? bomb", "is such a bomb", "is such bomb"),
        ("my <family> died", "my loved one died", "my dog died"),
        ("my <family>? bag", "my bag", "my dog bag"),
        ("<number> years", "all 12 years", "all years"),
        ("<1-17> years", "is 17 years", "is 18 years"),
        ("smoke ... cabin", "smoke a b c d cabin", "smoke a b c d e cabin"),
        ("smoke ... cabin", "smoke cabin", "smoke . cabin"),
        ("smoke ...1 cabin", "smoke a cabin", "smoke a b cabin"),
        ("smoke ~ cabin", "cabin a b c d e f smoke", "cabin a b c d e f g smoke"),
        ("smoke ~ cabin", "smoke . cabin", "smoke"),
        ("smoke ~1 cabin ~2 now", "now cabin a smoke", "now cabin a b c smoke"),
        ("(a (very|so) bad|worst) crash", "a so bad crash", "a bad crash"),
        ("l'avocat", "l avocat", "avocat"),
        ("in-law", "in law", "inlaw"),
        ("💣 here", "💣 here", "bomb here"),
    ],
)
def test_a_pattern_fits_what_it_says(pattern: str, fitting: str, other: str) -> None:
    assert fits(pattern, fitting)
    assert not fits(pattern, other)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "words are missing"),
        ("(a|b", "a bracket is not closed"),
        ("a) b", "without a bracket that opens"),
        ("a | b", "without a bracket that opens"),
        ("smoke ()", "words are missing"),
        ("(smoke|)", "words are missing"),
        ("... smoke", "three dots must stand between words"),
        ("~ smoke", "words are missing"),
        ("a ~ b ~ c ~ d", "more than 2 signs"),
        ("(smoke ~ fire)", "cannot stand within brackets"),
        ("smoke ...99 fire", "1 to 30 others, not 99"),
        ("*smoke", "is not a word"),
        ("sm*ke", "is not a word"),
        ("smoke...fire", "is not a word"),
        ("smoke, fire", "is not a word"),
        ("<friends> here", "no list 'friends'"),
        ("smoke < fire", "no list"),
        ("? smoke", "is not a word"),
        ("(smoke)?", "no word in it that must stand"),
        ("<number>", "no word in it that must stand"),
    ],
)
def test_a_wrong_pattern_says_what_is_wrong(pattern: str, words: str) -> None:
    with pytest.raises(WrongPattern, match=re.escape(words)):
        read_pattern(pattern, LISTS)


def test_a_pattern_is_anchored_at_the_rarest_words_it_cannot_do_without() -> None:
    assert read_pattern("my (bag|suitcase) (exploded)? <number> burn*", LISTS).anchors == ("burn*",)
    assert read_pattern("in the (aircraft|landing gear)", LISTS).anchors == ("aircraft", "landing")


def test_lists_hold_words_without_signs() -> None:
    assert read_phrase("Loved one*") == ["loved", "one*"]
    with pytest.raises(WrongPattern, match="cannot stand here"):
        read_phrase("(loved one)")
