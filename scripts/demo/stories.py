"""Made-up customers, whose cases wait in the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES, Priority
from bot.inbox.crowd import accept
from bot.messages import Address, Attachment, Entity, Inbound, Register, Surface
from bot.store import cases, conversations, transcript
from bot.store.cases import NewCase
from bot.store.rows import Case
from scripts.demo.said import event


class Story(Struct, frozen=True, kw_only=True):
    """A customer's first message and what became of it."""

    name: str
    text: str
    minutes: int
    reference: str
    channel: str = "telegram"
    surface: Surface = "private"
    language: str = "fr"
    register: Register = "complaint"
    reason: str = ""
    priority: Priority = "high"
    team: str = "care"
    acknowledged: bool = True
    attachments: tuple[str, ...] = ()
    entities: tuple[tuple[str, str], ...] = ()


# How long such a customer waits for an answer at most.
MINUTES: dict[Priority, int] = {"urgent": 30, "high": 240, "normal": 1440, "low": 4320}

STORIES = (
    Story(
        name="Inès Caradec",
        text="Il y a de la fumée dans la salle d’embarquement B12, personne ne nous dit rien !",
        minutes=6,
        reference="NB-4TRX2C",
        surface="public",
        register="crisis",
        priority="urgent",
        team="crisis",
    ),
    Story(
        name="Paul Hartley",
        text="My suitcase did not arrive in Lisbon and the desk was closed when we landed.",
        minutes=192,
        reference="NB-7K2QX4",
        channel="facebook",
        surface="public",
        language="en",
        register="problem",
        entities=(("booking_reference", "X4K9PL"), ("flight_number", "NB 2041")),
    ),
    Story(
        name="Marta Solé",
        text="Llevo dos horas esperando el reembolso que me prometieron y nadie contesta.",
        minutes=265,
        reference="NB-M9D0VH",
        channel="instagram",
        language="es",
    ),
    Story(
        name="Gaspard L.",
        text="On m’a débité deux fois la même place, voici la capture.",
        minutes=48,
        reference="NB-W31KEA",
        channel="whatsapp",
        register="problem",
        attachments=("photo",),
    ),
    Story(
        name="Radio Littoral",
        text="Bonjour, pouvons-nous interviewer quelqu’un au sujet de la nouvelle ligne vers Bilbao ?",
        minutes=95,
        reference="NB-H52ZYN",
        channel="webchat",
        register="opportunity",
        priority="normal",
        team="press",
    ),
    Story(
        name="Owen",
        text="Can I speak to a person please, the bot does not get it",
        minutes=12,
        reference="NB-P08GQS",
        channel="webchat",
        language="en",
        register="other",
        reason="ask_human",
        priority="normal",
    ),
    Story(
        name="Lucía F.",
        text="Sería bonito poder elegir música en el avión :)",
        minutes=400,
        reference="NB-C6B1TT",
        channel="mastodon",
        surface="public",
        language="es",
        register="idea",
        priority="low",
        team="marketing",
    ),
)


def tell(connection: Connection, story: Story, now: datetime) -> Case:
    """Let it happen: the message, and the case that was made of it at once."""
    at = now - timedelta(minutes=story.minutes)
    handed_over = at + timedelta(milliseconds=400)
    conversation_id = accept(connection, [_written(story, at)], at).conversations[0]
    transcript.mark_all_handled(connection, conversation_id, at)
    conversations.release(connection, conversation_id, due_at=None)
    return cases.open_case(
        connection,
        conversation_id,
        story.reference,
        _handover(story, at),
        acknowledged_at=handed_over,
        now=handed_over,
    )


def _written(story: Story, at: datetime) -> Inbound:
    return event(
        address(story, story.surface),
        story.text,
        story.name,
        at,
        language=story.language,
        attachments=tuple(Attachment(kind=kind) for kind in story.attachments),
    )


def _handover(story: Story, at: datetime) -> NewCase:
    return NewCase(
        reason=story.reason or story.register,
        register=story.register,
        language=story.language,
        rank=PRIORITIES.index(story.priority),
        team=story.team,
        entities=tuple(Entity(name=name, value=value) for name, value in story.entities),
        acknowledge_by=at + timedelta(seconds=1),
        answer_by=at + timedelta(minutes=MINUTES[story.priority]),
    )


def address(story: Story, surface: Surface) -> Address:
    """Where the customer writes: in public all stand in one square."""
    account = "nimbea" if story.channel == "webchat" else f"nimbea_{story.language.replace('en', 'uk')}"
    chat = story.name if surface == "private" else "square"
    return Address(channel=story.channel, account=account, surface=surface, chat=chat, person=story.name)
