"""One turn has no more messages than manners allow, as the network cuts them."""

from __future__ import annotations

from datetime import datetime, timezone

from msgspec import structs

from bot.assistant.scripted import understood
from bot.brand import Account, Brand
from bot.conversation.rehearsal import Message, opened, rehearse
from bot.messages import Surface, Understanding
from tests.fakes.example import BRAND, GUARD

ACCOUNT = Account(channel="x", id="shop", market="fr")
LONG = "A sentence of about forty characters. " * 8
SHORT = "One bag of 55 x 40 x 25 cm."


def said(understanding: Understanding, surface: Surface = "public", brand: Brand = BRAND) -> list[str]:
    message = Message(
        account=ACCOUNT,
        surface=surface,
        text="Où est mon bagage, s’il vous plaît ?",
        at=datetime(2026, 11, 21, 12, tzinfo=timezone.utc),
        language="fr",
    )
    rehearsal = rehearse(opened(message, brand), understanding, brand, GUARD)
    return [reply.text for reply in rehearsal.replies]


def answer(text: str) -> Understanding:
    return understood("question_cabin_bag", "question", text)


def test_answer_that_fits_is_given() -> None:
    (text,) = said(answer(SHORT))
    assert text.endswith(SHORT)


def test_answer_that_is_too_long_is_left_to_a_human() -> None:
    (text,) = said(answer(LONG))
    assert LONG.strip() not in text
    assert "prend le relais" in text


def test_nothing_is_too_long_in_private() -> None:
    (text,) = said(answer(LONG), "private")
    assert text.endswith(LONG)


def test_handover_leaves_its_warm_sentence_out_where_there_is_no_room() -> None:
    warm = "Je suis vraiment désolé de ce qui vous arrive avec votre bagage aujourd’hui."
    (text,) = said(understood("problem", "problem", warm))
    assert warm not in text
    assert "prend le relais" in text
    assert "poursuivons en privé" in text
    (text,) = said(understood("problem", "problem", "Désolé."))
    assert "Désolé." in text


def test_without_the_rule_nothing_is_left_out() -> None:
    rule = structs.replace(BRAND.etiquette.channels["x"]["public"], most_per_turn=None)
    channels = {**BRAND.etiquette.channels, "x": {"public": rule}}
    brand = structs.replace(BRAND, etiquette=structs.replace(BRAND.etiquette, channels=channels))
    (text,) = said(understood("problem", "problem", LONG), brand=brand)
    assert LONG.strip() in text
