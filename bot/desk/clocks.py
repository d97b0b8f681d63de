"""A case's two clocks, told in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from bot.desk.windows import Window
from bot.desk.words import Speech
from bot.store.rows import Case

State = Literal["met", "broken", "running", "soon", "late", "ended"]

# From here on a promise needs attention: what is left of it, or what is left in time.
SOON_SHARE = 0.25
SOON_AT_MOST = timedelta(minutes=60)


class Told(Struct, frozen=True, kw_only=True):
    """A clock in words; `by` is the moment promised."""

    state: State
    text: str
    by: datetime


def acknowledged(case: Case, now: datetime, speech: Speech) -> Told:
    """How it stands with the first response."""
    return _tell(case, case.acknowledge_by, case.acknowledged_at, now, speech)


def answered(case: Case, now: datetime, speech: Speech) -> Told:
    """How it stands with a human's answer."""
    return _tell(case, case.answer_by, case.answered_at, now, speech)


def time_to_answer(window: Window, now: datetime, speech: Speech) -> str:
    """How long a platform still takes an answer; nothing where that is for ever."""
    if window.state == "always":
        return ""
    if window.until is None:
        return speech("window.closed")
    return speech(f"window.{window.state}", time=duration(window.until - now, speech))


def duration(length: timedelta, speech: Speech) -> str:
    """A length of time in two units at most."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return speech("time.minute")
    if minutes < 60:
        return speech("time.minutes", n=minutes)
    if minutes < 48 * 60:
        return speech("time.hours", h=minutes // 60, m=f"{minutes % 60:02}")
    return speech("time.days", d=minutes // 1440, h=minutes % 1440 // 60)


def _tell(case: Case, by: datetime, done: datetime | None, now: datetime, speech: Speech) -> Told:
    if done:
        state: State = "met" if done <= by else "broken"
        return Told(state=state, text=speech(f"clock.{state}"), by=by)
    if not case.is_human:
        return Told(state="ended", text=speech("clock.ended"), by=by)
    if now > by:
        return Told(state="late", text=speech("clock.late", time=duration(now - by, speech)), by=by)
    text = speech("clock.left", time=duration(by - now, speech))
    return Told(state="soon" if _is_soon(case, by, now) else "running", text=text, by=by)


def _is_soon(case: Case, by: datetime, now: datetime) -> bool:
    left, whole = by - now, by - case.opened_at
    return left <= min(SOON_AT_MOST, whole * SOON_SHARE)
