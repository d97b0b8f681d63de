from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard import Finding, Guard, failures, load_guard
from bot.guard.values import Severity, Strength
from tests.fakes.example import GUARD

WHOLE = GUARD


def kinds(guard: Guard, text: str, language: str | None = "en") -> dict[str, Strength]:
    return {finding.kind: finding.strength for finding in guard.inspect(text, language)}


def test_the_sentences_in_the_files_are_found_as_they_say(guard: Guard) -> None:
    assert list(failures(guard)) == []


def test_every_pattern_compiles_and_fits_no_empty_text(guard: Guard) -> None:
    for rules in guard.languages.values():
        for rule in rules.rules:
            assert guard.inspect(rule.text, None) is not None
    assert guard.inspect("", None) == ()


def test_every_matter_has_sentences_in_every_language(guard: Guard) -> None:
    for rules in guard.languages.values():
        strong = {sample.kind for sample in rules.samples if sample.expected == "strong"}
        silent = {sample.kind for sample in rules.samples if sample.expected == "silent"}
        assert strong == silent == set(guard.kinds)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("SMOKE IN THE CABIN!!!", "en", "danger"),
        ("smoooooke in the 🔥 cabin", "en", "danger"),
        ("de la fumee dans la cabine", "fr", "danger"),
        ("#racist crew", "en", "discrimination"),
        ("i want to k*ll... no, I want to die", "en", "self_harm"),
        ("𝐈 𝐰𝐚𝐧𝐭 𝐭𝐨 𝐝𝐢𝐞", "en", "self_harm"),
        ("jai envie den finir", "fr", "self_harm"),
        ("my grandmother's funeral is on Monday", "en", "bereavement"),
        ("quiero morir", "es", "self_harm"),
        ("hay humo en la cabina", "fr", "danger"),
        ("there is a bomb on the plane", None, "danger"),
        ("ma mère est décédée", "de", "bereavement"),
    ],
)
def test_a_matter_is_found_however_it_is_typed(
    guard: Guard, text: str, language: str | None, kind: str
) -> None:
    assert kinds(guard, text, language).get(kind) == "strong"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("your lounge is the bomb", "en"),
        ("the app crashes on my tablet", "en"),
        ("dying to know where you fly next", "en"),
        ("what hospitality, thank you", "en"),
        ("you are killing it today", "en"),
        ("this delay is killing me", "en"),
        ("heart attack prices", "en"),
        ("Nimbéa pilots announce a strike", "en"),
        ("votre accueil c'est de la bombe", "fr"),
        ("je meurs de faim", "fr"),
        ("vous êtes des voleurs", "fr"),
        ("un suicide commercial", "en"),
        ("me muero de hambre", "es"),
        ("20 años del accidente de 1998", "es"),
        ("good morning", "en"),
    ],
)
def test_a_look_alike_is_none(guard: Guard, text: str, language: str) -> None:
    assert guard.inspect(text, language) == ()


def test_a_look_alike_does_not_hide_the_real_thing_beside_it(guard: Guard) -> None:
    assert kinds(guard, "your lounge is the bomb but there is a bomb on the plane") == {"danger": "strong"}


def test_a_doubt_makes_a_strong_pattern_weak(folder: Path) -> None:
    small = load_guard(folder)
    assert kinds(small, "smoke in the plane") == {"danger": "strong"}
    assert kinds(small, "may one smoke in the plane") == {"danger": "weak"}
    assert kinds(small, "may one smoke in the plane", "fr") == {"danger": "weak"}


def test_a_question_about_the_rules_is_weak_and_a_plea_is_strong(guard: Guard) -> None:
    assert kinds(guard, "can my son travel alone by himself, he is 9 years old")["minor"] == "weak"
    assert kinds(guard, "my 9 year old son was left alone at gate 4")["minor"] == "strong"


def test_weak_patterns_of_another_language_are_left_out(guard: Guard) -> None:
    assert kinds(guard, "this is unlawful", "en") == {"legal": "weak"}
    assert kinds(guard, "this is unlawful", "fr") == {}
    assert kinds(guard, "this is unlawful", None) == {"legal": "weak"}


def test_a_finding_says_what_was_written_and_which_pattern_fits(guard: Guard) -> None:
    (finding,) = guard.inspect("Sorry, there’s SMOKE in the Cabin, help", "en")
    assert finding.severity == "crisis"
    assert "SMOKE in the Cabin" in finding.words
    assert "guard/en.yml, line " in finding.why


def test_findings_come_the_gravest_first(guard: Guard) -> None:
    found = guard.inspect("my lawyer says I want to die and my mother passed away", "en")
    assert [finding.kind for finding in found] == ["self_harm", "legal", "bereavement"]


def a_finding(kind: str, strength: Strength, severity: Severity = "crisis") -> Finding:
    return Finding(kind=kind, severity=severity, strength=strength, words="", why="")


STRONG, WEAK = a_finding("bereavement", "strong", "sensitive"), a_finding("danger", "weak")


@pytest.mark.parametrize(
    ("findings", "registers", "counts"),
    [
        ((), {"complaint": 1.0}, None),
        ((STRONG,), {"thanks": 1.0}, STRONG),
        ((WEAK,), {"thanks": 0.9, "complaint": 0.1}, None),
        ((WEAK,), {"complaint": 0.2, "problem": 0.2, "thanks": 0.6}, WEAK),
        ((WEAK,), {}, WEAK),
        ((WEAK, STRONG), {"thanks": 1.0}, STRONG),
        ((STRONG, WEAK), {"crisis": 1.0}, WEAK),
    ],
)
def test_weak_findings_count_with_trouble_only(
    guard: Guard, findings: tuple[Finding, ...], registers: dict[str, float], counts: Finding | None
) -> None:
    assert guard.combine(findings, registers) == counts


IRONY = a_finding("irony", "strong", "sensitive")


@pytest.mark.parametrize(
    ("registers", "counts"),
    [
        ({"thanks": 0.9, "complaint": 0.1}, IRONY),
        ({"campaign_echo": 0.6, "thanks": 0.4}, IRONY),
        ({"question": 0.6, "thanks": 0.4}, None),
        ({"complaint": 0.6, "thanks": 0.4}, None),
        ({}, None),
    ],
)
def test_irony_counts_where_the_words_were_taken_for_kind_ones(
    guard: Guard, registers: dict[str, float], counts: Finding | None
) -> None:
    assert guard.combine([IRONY], registers) == counts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks for losing my bag twice in a week 👏", "en"),
        ("Merci de m'avoir fait rater le mariage de ma sœur", "fr"),
        ("Gracias por perderme la maleta otra vez", "es"),
    ],
)
def test_thanks_for_a_trouble_are_no_thanks(guard: Guard, text: str, language: str) -> None:
    found = guard.combine(guard.inspect(text, language), {"thanks": 1.0})
    assert found
    assert found.kind == "irony"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thanks for finding my lost bag so fast", "en"),
        ("Merci d'avoir retrouvé ma valise perdue", "fr"),
        ("Gracias por encontrar mi maleta perdida", "es"),
    ],
)
def test_thanks_for_the_end_of_a_trouble_are_thanks(guard: Guard, text: str, language: str) -> None:
    assert guard.combine(guard.inspect(text, language), {"thanks": 1.0}) is None


def test_irony_alone_is_no_alarm_while_nobody_has_read_the_message(guard: Guard) -> None:
    assert guard.sure(guard.inspect("Thanks for losing my bag twice in a week", "en")) is None


@given(st.text(max_size=400), st.sampled_from(["fr", "en", "es", "de", None]))
def test_no_text_makes_it_fail(text: str, language: str | None) -> None:
    for finding in WHOLE.inspect(text, language):
        assert finding.kind in WHOLE.kinds


PIECES = [
    "smoke",
    "cabin",
    "bomb",
    "#",
    "’",
    "'s",
    "*",
    "@",
    "0",
    "l'",
    "\n",
    "...",
    "🔥",
    "\u0301",
    "ß",
    "İ",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_heap_of_signs_makes_it_fail(pieces: list[str]) -> None:
    WHOLE.inspect("".join(pieces), None)


@pytest.mark.parametrize("text", ["a" * 20_000, "@" * 20_000, "smoke " * 4_000, "'a" * 10_000, "* " * 10_000])
def test_a_very_long_text_is_read_in_time(guard: Guard, text: str) -> None:
    guard.inspect(text, None)
