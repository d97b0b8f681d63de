from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.base import Windows
from bot.messages import Address, Outbound, Purpose, Surface, Template
from bot.outbox.window import window
from tests.fakes.clock import FakeClock

SAID = FakeClock()()
DAY = timedelta(hours=24)
META = Windows(anybody=DAY, human=timedelta(days=7))
WHATSAPP = Windows(anybody=DAY, templates=True)
TEMPLATE = Template(name="go_on", language="en")


def text(
    purpose: Purpose = "answer", surface: Surface = "private", template: Template | None = None
) -> Outbound:
    address = Address(channel="fake", account="main", surface=surface, chat="ann", person="ann")
    return Outbound(id=1, address=address, text="hello", purpose=purpose, template=template)


@pytest.mark.parametrize(
    ("outbound", "windows", "hours", "expected"),
    [
        (text(), None, 1000, "open"),
        (text(), META, 23, "open"),
        (text(), META, 24, "closed"),
        (text("agent"), META, 23, "open"),
        (text("agent"), META, 24, "late"),
        (text("agent"), META, 24 * 7, "closed"),
        (text("agent"), WHATSAPP, 24, "closed"),
        (text("agent", template=TEMPLATE), WHATSAPP, 24, "open"),
        (text("agent", template=TEMPLATE), META, 24 * 8, "closed"),
        (text(surface="public"), META, 1000, "open"),
    ],
)
def test_who_may_still_answer(outbound: Outbound, windows: Windows | None, hours: int, expected: str) -> None:
    assert window(outbound, SAID, windows, SAID + timedelta(hours=hours)) == expected


def test_where_nobody_knows_when_the_customer_wrote_the_platform_will_tell() -> None:
    assert window(text(), None, META, SAID) == "open"
