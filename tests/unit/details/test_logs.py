import logging
import sys

from bot.details.logs import Masking

FORMAT = Masking("%(asctime)s %(levelname)s %(name)s %(message)s")


def line(message: str, *values: object, failed: bool = False) -> str:
    error = sys.exc_info() if failed else None
    return FORMAT.format(logging.LogRecord("bot", logging.INFO, "x.py", 1, message, values, error))


def test_details_are_masked_in_the_message() -> None:
    assert line("said: %s", "call 06 12 34 56 78, X4K9PL").endswith("INFO bot said: call ••••, ••••")


def test_details_are_masked_in_the_trace() -> None:
    try:
        raise ValueError("ann@mail.example")
    except ValueError:
        text = line("failed", failed=True)
    assert "ValueError: ••••" in text
    assert "ann@mail.example" not in text


def test_the_rest_of_the_line_stays() -> None:
    text = line("listening on %s:%s, conversation %s", "127.0.0.1", 8080, 4711)
    assert text.endswith("listening on 127.0.0.1:8080, conversation 4711")
    assert "•" not in text
