import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import details
from bot.details import DetailKind


def kinds(text: str) -> list[str]:
    return [detail.kind for detail in details.find(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to ann.smith+air@mail.example please", "email"),
        ("Call 06 12 34 56 78 now", "phone"),
        ("Call +33 6 12 34 56 78.", "phone"),
        ("(020) 7946 0958 is her number", "phone"),
        ("06.12.34.56.78", "phone"),
        ("the card 4111 1111 1111 1111", "card"),
        ("card 4111-1111-1111-1111 expired", "card"),
        ("account FR14 2004 1010 0505 0001 3M02 606", "iban"),
        ("ticket 057-2412345678", "ticket"),
        ("Your booking X4K9PL is changed", "booking_reference"),
        ("I see X4K9PL here", "booking_reference"),
        ("votre réservation QWERTZ est modifiée", "booking_reference"),
        ("su localizador: x4k9pl", "booking_reference"),
        ("account ES91 2100 0418 4502 0005 1332 por favor", "iban"),
        ("My passport no. X12345678 was left on board", "document"),
        ("carte d’identité X4RTBPFW4", "document"),
        ("passeport 12 AB 12345", "document"),
        ("mi DNI: 12.345.678-Z", "document"),
        ("12345678Z", "document"),
        ("12 bis rue des Lilas, 69003 Lyon", "address"),
        ("221b Baker Street, NW1 6XE", "address"),
        ("in NW1 6XE", "address"),
        ("C/ Mayor 5, 3º B, 28013 Madrid", "address"),
        ("PO Box 1182, Dublin", "address"),
    ],
)
def test_a_personal_detail_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Your case NB-7K2QX4 is with us",
        "Flight NB1234 leaves at 18:30 on 21-11-2026",
        "on 2026-11-21, at 08:30-17:45",
        "PLEASE accept our apologies",
        "SORRY, THANKS and best wishes",
        "A fare of EUR 1234.50 for 2 people",
        "Call 112",
        "late since 21-11-2026 18:30",
        "my passport expires on 21.11.2026, I fly NB1234",
        "j’ai 1 place de trop, 2 places côte à côte",
        "The road before the terminal, a 12 hours drive",
        "la calle del aeropuerto lleva 2 horas cortada",
        "seat 12A Business Class, gate K45",
        "12345678A",
        "See https://www.nimbea.example/bags",
        "",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert kinds(text) == []


def test_a_card_is_a_card_beside_the_word_of_a_document() -> None:
    assert kinds("my ID card, and my card 4111 1111 1111 1111") == ["card"]


def test_an_address_is_found_whole() -> None:
    text = "We live at 221b Baker Street, London NW1 6XE. Come!"
    assert details.mask(text) == "We live at ••••. Come!"


def test_long_repetitions_take_no_time() -> None:
    started = time.perf_counter()
    for piece in ("12 rue de la ", "n.", "A", "passport AB 1", "12 Rue ", "1 "):
        details.find(piece * (4000 // len(piece)))
    assert time.perf_counter() - started < 3


def test_a_number_that_fails_the_check_sum_is_no_card() -> None:
    assert kinds("4111 1111 1111 1112") != ["card"]


def test_the_place_of_a_detail_is_told() -> None:
    text = "mail a@b.example, tel 0612345678"
    assert [text[d.start : d.end] for d in details.find(text)] == ["a@b.example", "0612345678"]


@given(st.text(max_size=300))
def test_any_text_gives_details_in_order_that_do_not_overlap(text: str) -> None:
    found = details.find(text)
    ends = [0, *(detail.end for detail in found)]
    assert all(0 <= end <= d.start < d.end <= len(text) for end, d in zip(ends, found, strict=False))


_PIECES = (
    "4111 1111 1111 1111",
    "FR76 3000 6000 0112 3456 7890 189",
    "a4111111111111111@b.example",
    "passport AB 123456",
    "06 12 34 56 78",
    "12 rue de la Paix, 75002 Paris",
    "ref K7Q2XZ",
    "my card is",
    "1",
)


@given(
    st.lists(st.sampled_from(_PIECES), max_size=6).map(" ".join), st.sampled_from(["email", "card", "phone"])
)
def test_whoever_asks_for_one_kind_finds_what_is_of_it_among_all(text: str, kind: DetailKind) -> None:
    of_it = tuple(detail for detail in details.find(text) if detail.kind == kind)
    assert details.find(text, [kind]) == of_it
