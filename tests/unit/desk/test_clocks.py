from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from bot.desk import clocks
from bot.desk.words import load_words
from bot.store.rows import Case

SPEECH = load_words().speech(chosen="en", accepted="")
OPENED = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
CASE = Case(
    id=1,
    reference="NB-1",
    conversation_id=1,
    status="waiting",
    reason="complaint",
    why="",
    register="complaint",
    language="en",
    rank=1,
    team="care",
    agent_id=None,
    entities=(),
    opened_at=OPENED,
    acknowledge_by=OPENED + timedelta(seconds=1),
    acknowledged_at=None,
    answer_by=OPENED + timedelta(hours=4),
    answered_at=None,
    resolved_at=None,
    updated_at=OPENED,
)


@pytest.mark.parametrize(
    ("after", "changes", "state", "text"),
    [
        (timedelta(0), {}, "running", "4 h 00 min left"),
        (timedelta(hours=3, minutes=30), {}, "soon", "30 min left"),
        (timedelta(hours=4), {}, "soon", "under 1 min left"),
        (timedelta(hours=4, minutes=5), {}, "late", "5 min overdue"),
        (timedelta(days=4), {}, "late", "3 d 20 h overdue"),
        (timedelta(hours=1), {"answered_at": OPENED}, "met", "in time"),
        (timedelta(days=9), {"answered_at": OPENED + timedelta(hours=5)}, "broken", "late"),
        (timedelta(days=9), {"status": "resolved"}, "ended", "promise ended"),
        (timedelta(days=9), {"status": "handed_back"}, "ended", "promise ended"),
    ],
)
def test_the_answer_clock_is_told(after: timedelta, changes: dict[str, Any], state: str, text: str) -> None:
    told = clocks.answered(msgspec.structs.replace(CASE, **changes), OPENED + after, SPEECH)
    assert (told.state, told.text) == (state, text)


def test_an_acknowledgement_is_not_an_answer() -> None:
    case = msgspec.structs.replace(CASE, acknowledged_at=OPENED)
    assert clocks.acknowledged(case, OPENED, SPEECH).state == "met"
    assert clocks.answered(case, OPENED, SPEECH).state == "running"
