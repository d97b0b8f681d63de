from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.base import Windows
from bot.desk import clocks
from bot.desk.windows import ALWAYS, CLOSED, Window, reply_window, window_of_comment
from bot.desk.words import load_words

SAID = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
MESSENGER = Windows(anybody=timedelta(hours=24), human=timedelta(days=7))
WHATSAPP = Windows(anybody=timedelta(hours=24), templates=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(window: Window, after: timedelta, language: str = "en") -> str:
    speech = load_words().speech(chosen=language, accepted="")
    return clocks.time_to_answer(window, SAID + after, speech)


@pytest.mark.parametrize(
    ("windows", "after", "state", "text"),
    [
        (None, 365 * DAY, "always", ""),
        (MESSENGER, timedelta(0), "free", "24 h 00 min left"),
        (MESSENGER, HOUR, "free", "23 h 00 min left"),
        (MESSENGER, DAY - timedelta(seconds=1), "free", "under 1 min left"),
        (MESSENGER, DAY, "late", "only a human’s answer, 6 d 0 h left"),
        (MESSENGER, 7 * DAY - HOUR, "late", "only a human’s answer, 1 h 00 min left"),
        (MESSENGER, 7 * DAY, "closed", "closed"),
        (WHATSAPP, DAY - HOUR, "free", "1 h 00 min left"),
        (WHATSAPP, DAY, "closed", "closed"),
    ],
)
def test_the_time_to_answer_runs_from_what_the_customer_wrote(
    windows: Windows | None, after: timedelta, state: str, text: str
) -> None:
    window = reply_window(windows, SAID, SAID + after)
    assert (window.state, told(window, after)) == (state, text)


def test_who_never_wrote_cannot_be_answered_where_time_counts() -> None:
    assert reply_window(MESSENGER, None, SAID) == CLOSED
    assert reply_window(None, None, SAID) == ALWAYS


def test_a_human_may_answer_until_the_longer_time_ends() -> None:
    assert reply_window(MESSENGER, SAID, SAID).ends == SAID + 7 * DAY
    assert reply_window(WHATSAPP, SAID, SAID).ends == SAID + DAY


def test_the_bot_is_not_a_human() -> None:
    assert reply_window(MESSENGER, SAID, SAID + HOUR).is_for_all
    late = reply_window(MESSENGER, SAID, SAID + 2 * DAY)
    assert (late.is_open, late.is_for_all) == (True, False)


def test_a_comment_is_answered_in_private_for_a_while() -> None:
    assert window_of_comment(7 * DAY, SAID, SAID + 6 * DAY).until == SAID + 7 * DAY
    assert window_of_comment(7 * DAY, SAID, SAID + 7 * DAY) == CLOSED
