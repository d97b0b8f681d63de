import json
from collections.abc import Callable
from pathlib import Path

from bot.brand import load_brand
from bot.inbox.accept import cleaned
from bot.unexpected import place, trail

SAID = "my card is 4111"


def caught(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - any error is to be told
        return error
    raise AssertionError("nothing was raised")


def test_an_error_is_told_by_its_kind_and_our_own_place() -> None:
    error = caught(lambda: cleaned(SAID))  # type: ignore[arg-type]  # wrong on purpose
    told = place(error)
    assert told.startswith(f"{type(error).__name__} at bot/inbox/accept.py:")
    assert told.endswith(" in _as_it_is")


def test_the_trail_leads_from_the_outside_to_the_place() -> None:
    told = trail(caught(lambda: load_brand(Path("nowhere.yml"))))
    assert told.index("in load_brand") <= told.rindex("bot/brand/loading.py")


def test_what_an_error_quotes_is_not_told() -> None:
    error = caught(lambda: int(SAID))
    assert "4111" in str(error)
    assert "4111" not in place(error) + trail(error)


def test_an_error_outside_of_our_code_is_told_by_where_it_was_raised() -> None:
    assert place(caught(lambda: json.loads("{"))).startswith("JSONDecodeError at ")


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert place(ValueError("x")) == "ValueError at ?"
