from __future__ import annotations

import pytest

from bot.nlu.details import details


@pytest.mark.parametrize("text", ["NB204", "nb 204", "Nb-204", "is NB204 late?", "vol NB204, svp"])
def test_flight_numbers_are_found_however_they_are_typed(text: str) -> None:
    assert [(d.name, d.value) for d in details(text)] == [("flight_number", "NB204")]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("my booking K7QX2M please", "K7QX2M"),
        ("référence: ABCDEF", "ABCDEF"),
        ("reserva número XYZABC", "XYZABC"),
        ("X4TR7Z", "X4TR7Z"),
    ],
)
def test_booking_references_are_found(text: str, reference: str) -> None:
    assert [(d.name, d.value) for d in details(text)] == [("booking_reference", reference)]


@pytest.mark.parametrize(
    "text",
    [
        "case NB-7K2QX",
        "WHERE IS MY LUGGAGE",
        "reservation please",
        "123456",
        "we paid 20000 euros",
        "https://example.com/NB204x",
    ],
)
def test_what_only_looks_like_a_detail_is_left_alone(text: str) -> None:
    assert details(text) == []


def test_details_come_in_order_and_say_where_they_stand() -> None:
    text = "booking K7QX2M on NB 204"
    found = details(text)
    assert [text[d.start : d.end] for d in found] == ["K7QX2M", "NB 204"]
