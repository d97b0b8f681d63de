"""Made-up public posts that speak of the brand."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES, Priority
from bot.messages import Address, Register
from bot.store import mentions, ratings
from bot.store.ratings import Alarm, Rating
from scripts.demo.said import event


class Overheard(Struct, frozen=True, kw_only=True):
    """A public post that speaks of the brand without addressing it; not rated without a register."""

    name: str
    text: str
    minutes: int
    channel: str
    account: str
    url: str
    language: str
    register: Register | None = None
    priority: Priority = "normal"
    confidence: float = 0.93
    finding: str = ""


OVERHEARD = (
    Overheard(
        name="Wing Spotter",
        text="Two passengers fainted on the Nimbéa flight ahead of us, and no doctor in sight.",
        minutes=9,
        channel="x",
        account="nimbea_uk",
        url="https://x.com/wingspotter/status/1990",
        language="en",
        register="crisis",
        priority="urgent",
        finding="medical",
    ),
    Overheard(
        name="Théo",
        text="Troisième retard avec Nimbéa ce mois-ci. La prochaine fois je prends le train.",
        minutes=31,
        channel="mastodon",
        account="nimbea",
        url="https://masto.example/@theo/412",
        language="fr",
        register="complaint",
        priority="high",
    ),
    Overheard(
        name="Nuria viaja",
        text="¿Alguien sabe si Nimbéa deja llevar la guitarra en cabina?",
        minutes=54,
        channel="mastodon",
        account="nimbea_es",
        url="https://masto.example/@nuria/887",
        language="es",
        register="question",
        confidence=0.71,
    ),
    Overheard(
        name="Léa sur le départ",
        text="Gros bouchon devant le comptoir Nimbéa ce matin, quelqu’un sait ce qui se passe ?",
        minutes=2,
        channel="mastodon",
        account="nimbea",
        url="https://piaille.example/@lea/1140",
        language="fr",
    ),
)


def overhear(connection: Connection, post: Overheard, now: datetime) -> None:
    """Find it, and rate it where it has a register."""
    at = now - timedelta(minutes=post.minutes)
    where = Address(
        channel=post.channel, account=post.account, surface="public", chat=post.url, person=post.name
    )
    more = {"kind": "mention", "language": post.language, "url": post.url}
    mentions.take(connection, event(where, post.text, post.name, at, **more), at)
    if post.register:
        _rate(connection, post, post.register, at, now)


def _rate(connection: Connection, post: Overheard, register: Register, at: datetime, now: datetime) -> None:
    (taken,) = ratings.claim(connection, at, until=now, most=1)
    rank = PRIORITIES.index(post.priority)
    rating = Rating(
        register=register,
        confidence=post.confidence,
        language=post.language,
        alarm=Alarm(kind=post.finding, why="made up" if post.finding else "", rank=rank),
    )
    ratings.rate(connection, taken, rating, at)
