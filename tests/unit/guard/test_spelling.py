from __future__ import annotations

import pytest

from bot.guard.spelling import Prefixes, Spelling

SPELLING = Spelling(
    ["bomb", "suicide", "discriminat*", "mourning", "lawyer", "soon"],
    {"u": "you", "jai": "j ai"},
    ["suicide", "discriminat*", "lawyer"],
    ["layer"],
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bomb", "bomb"),
        ("booooomb", "bomb"),
        ("sooooon", "soon"),
        ("b0mb", "bomb"),
        ("su*cide", "suicide"),
        ("suzcide", "suzcide"),
        ("sucide", "suicide"),
        ("suciide", "suicide"),
        ("siucide", "suicide"),
        ("suiccide", "suicide"),
        ("discrimnation", "discrimination"),
        ("discrimiatory", "discriminatory"),
        ("discriminating", "discriminating"),
        ("morning", "morning"),
        ("layer", "layer"),
        ("u", "you"),
        ("jai", "j ai"),
        ("1000000", "1000000"),
        ("nb204x", "nb204x"),
    ],
)
def test_a_word_is_brought_back_to_what_is_meant(typed: str, meant: str) -> None:
    assert " ".join(SPELLING.right(typed)) == meant


def test_beginnings_are_found_by_all_that_begins_with_them() -> None:
    prefixes = Prefixes(["burn*", "burned", "bu*"])
    assert set(prefixes.matching("burned")) == {"burn*", "burned", "bu*"}
    assert set(prefixes.matching("bus")) == {"bu*"}
    assert "b" not in prefixes
