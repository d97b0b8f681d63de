import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.details.names import Names
from bot.errors import SettingsError

# The model is loaded for the first of these tests.
pytestmark = pytest.mark.timeout(90)


def found(names: Names, text: str, known: str = "") -> list[str]:
    return [text[d.start : d.end] for d in names.find(text, known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("je m’appelle karim, et vous ?", ["karim"]),
        ("I’m Sean O’Connor", ["Sean O’Connor"]),
        ("mon fils Jean-Baptiste et ma fille Inès", ["Jean-Baptiste", "Inès"]),
        ("la réservation d'Amélie Caron", ["Amélie Caron"]),
        ("thanks to Zoe and Finn", ["Zoe", "Finn"]),
        ("Mrs. Whitfield", ["Whitfield"]),
        ("una tal Candela", ["Candela"]),
        ("Cordialement,\nL. Fontaine", ["L. Fontaine"]),
        ("Merci d'avance\n— Hugo", ["Hugo"]),
        ("JE M'APPELLE PAUL GIRARD ET J'ATTENDS", ["PAUL GIRARD"]),
        ("MY NAME IS SAOIRSE BRENNAN AND", ["SAOIRSE BRENNAN"]),
        ("thanks to Zoe, Finn and Maeve", ["Zoe", "Finn", "Maeve"]),
        ("Saoirse Brennan speaking", ["Saoirse Brennan"]),
    ],
)
def test_a_name_is_found(names: Names, text: str, expected: list[str]) -> None:
    assert found(names, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "— ",
        "Monsieur",
        "Lyon — Madrid",
        "Hello Team, thanks Nimbéa",
        "I'm Italian",
        "à Charles de Gaulle",
        "San José",
        "THANKS FOR NOTHING",
        "Soy de Sevilla",
        "#NimbeaFail 🙄",
        "Best flight ever",
    ],
)
def test_what_is_no_name_is_left_alone(names: Names, text: str) -> None:
    assert found(names, text) == []


def test_the_name_under_which_somebody_writes_is_known(names: Names) -> None:
    text = "it is under quillon, not under quilon"
    assert found(names, text) == []
    assert found(names, text, known="Ossie Quillon") == ["quillon"]


@given(st.text(alphabet=st.sampled_from("Marie Dupont-d'’.,—:\n Mrs et soy 5é🙄"), max_size=60))
def test_any_text_gives_names_in_order_that_do_not_overlap(names: Names, text: str) -> None:
    found = names.find(text, known=text)
    ends = [0, *(detail.end for detail in found)]
    assert all(0 <= end <= d.start < d.end <= len(text) for end, d in zip(ends, found, strict=False))


def test_without_spacy_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(SettingsError, match="make install"):
        Names()
