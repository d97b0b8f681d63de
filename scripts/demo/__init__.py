"""Made-up customers, agents and cases, for screenshots and for trying the desk out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.desk import actions
from bot.desk.actions import Act
from bot.store import viewers
from bot.store.rows import Agent, Case
from scripts.demo.long_case import tell_long_case
from scripts.demo.overheard import OVERHEARD, overhear
from scripts.demo.people import PASSWORD, hire
from scripts.demo.stories import STORIES, tell
from scripts.demo.troubles import trouble

__all__ = ["PASSWORD", "seed", "trouble"]


def seed(connection: Connection, brand: Brand, now: datetime) -> None:
    """Fill an empty database."""
    people = hire(connection, now)
    cases = {story.reference: tell(connection, story, now) for story in STORIES}
    (suitcase,) = (story for story in STORIES if story.reference == "NB-7K2QX4")
    tell_long_case(connection, cases[suitcase.reference], suitcase, people, brand, now)
    _keep_busy(connection, cases, people, now)
    for post in OVERHEARD:
        overhear(connection, post, now)


def _keep_busy(
    connection: Connection, cases: dict[str, Case], people: dict[str, Agent], now: datetime
) -> None:
    """Some cases are somebody's, one is being looked at, and one customer wants no more messages."""

    def act(login: str, reference: str) -> Act:
        return Act(case_id=cases[reference].id, agent=people[login], at=now)

    actions.claim(connection, act("tomas", "NB-W31KEA"))
    actions.claim(connection, act("jo", "NB-H52ZYN"))
    viewers.see(connection, cases["NB-4TRX2C"].id, people["nora"].id, typing=False, now=now)
    actions.flag(connection, act("amel", "NB-P08GQS"), name="stopped", on=True)
