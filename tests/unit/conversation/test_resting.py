"""How often an assistant that is away is asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation.answering import rest


@pytest.mark.parametrize(("waited", "rests"), [(0, 1), (1, 1), (6, 3), (60, 8)])
def test_the_longer_the_assistant_is_away_the_more_seldom_it_is_asked(waited: int, rests: int) -> None:
    assert rest(timedelta(seconds=waited)) == timedelta(seconds=rests)
