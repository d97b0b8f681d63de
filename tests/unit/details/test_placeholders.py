from bot.details import mask
from bot.details.detail import Detail
from bot.details.placeholders import Placeholders


class Marys:
    """Knows one name, and the one it is told."""

    def find(self, text: str, known: str = "") -> tuple[Detail, ...]:
        names = [name for name in ("Mary", known) if name and name in text]
        return tuple(
            Detail(kind="name", start=text.index(name), end=text.index(name) + len(name)) for name in names
        )


PLACEHOLDERS = Placeholders(Marys(), own=["Nimbéa"])


def test_a_placeholder_stands_for_each_detail() -> None:
    masked = PLACEHOLDERS.mask("I am Mary, X4K9PL, call 06 12 34 56 78 or 07 12 34 56 78")
    assert masked.text == "I am <name>, <booking_reference>, call <phone> or <phone>"
    assert masked.kinds == ("name", "booking_reference", "phone", "phone")


def test_a_card_shows_no_digit() -> None:
    assert PLACEHOLDERS.mask("card 4111 1111 1111 1111").text == "card <card>"
    assert PLACEHOLDERS.mask(mask("card 4111 1111 1111 1111")).text == "card <card>"


def test_handles_of_customers_are_masked_and_the_brands_own_stay() -> None:
    assert PLACEHOLDERS.mask("@nimbea_fr @mary_k a@b.example").text == "@nimbea_fr <handle> <email>"


def test_the_known_name_is_masked() -> None:
    assert PLACEHOLDERS.mask("it is Quillon", known="Quillon").text == "it is <name>"


def test_an_address_wins_over_the_name_in_it() -> None:
    assert PLACEHOLDERS.mask("12 rue Mary, Lyon").text == "<address>"
