"""Made-up customers, agents and cases, for screenshots and for trying the desk out."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES, Brand, Priority
from bot.desk import actions, replies
from bot.desk.actions import Act, Written
from bot.desk.platforms import Platforms
from bot.inbox.crowd import accept
from bot.messages import Address, Attachment, Entity, Inbound, Register, Surface
from bot.store import (
    accounts,
    agents,
    cases,
    conversations,
    links,
    mentions,
    outbound,
    outbox,
    ratings,
    set_aside,
    transcript,
    viewers,
)
from bot.store.accounts import AccountState
from bot.store.cases import NewCase
from bot.store.ratings import Alarm, Rating
from bot.store.rows import Agent, Case, Line, Role
from bot.store.set_aside import Failed
from bot.store.transcript import Draft

PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people in a database that is thrown away
_numbers = count(1)


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


def seed(connection: Connection, brand: Brand, now: datetime) -> None:
    """Fill an empty database."""
    people = _people(connection, now)
    told = {story.reference: _tell(connection, story, now) for story in STORIES}
    _long_case(connection, told["NB-7K2QX4"], people, brand, now)
    _busy_cases(connection, told, people, brand, now)
    for post in OVERHEARD:
        _overhear(connection, post, now)


def trouble(connection: Connection, now: datetime) -> None:
    """An account whose token died, and two things on which our own code failed."""
    ago = timedelta(minutes=55)
    state = AccountState(
        channel="telegram", account="nimbea_fr", state="stopped", reason="refused", since=now - ago
    )
    accounts.put(connection, state)
    request = Failed(
        channel="telegram",
        account="nimbea_uk",
        digest="made up",
        body='{"update_id": 81723, "message": {"chat": {"id": 12}, "text": "Good morning"}}',
        error="KeyError at bot/channels/telegram/parse.py:141 in _message",
    )
    for _ in range(set_aside.TRIES + 1):
        set_aside.count_request(connection, request, now - 3 * ago)
    set_aside.put_turn(
        connection,
        2,
        channel="telegram",
        account="nimbea_uk",
        error="ValueError at bot/conversation/compose.py:88 in outcome",
        attempts=5,
        now=now - ago,
    )


def _people(connection: Connection, now: datetime) -> dict[str, Agent]:
    crowd: tuple[tuple[str, str, Role, str | None], ...] = (
        ("nora", "Nora Lindqvist", "supervisor", None),
        ("amel", "Amel Haddad", "agent", "care"),
        ("tomas", "Tomás Rey", "agent", "care"),
        ("jo", "Jo Whitfield", "agent", "press"),
    )
    return {
        login: agents.add(
            connection, login=login, name=name, role=role, team=team, password=PASSWORD, now=now
        )
        for login, name, role, team in crowd
    }


def _event(address: Address, text: str, name: str, at: datetime, **more: Any) -> Inbound:
    number = next(_numbers)
    fields = {"event_id": f"demo-{number}", "message_id": f"demo-{number}", **more}
    return Inbound(address=address, text=text, author=name, sent_at=at, **fields)


def _address(story: Story, surface: Surface) -> Address:
    account = "nimbea" if story.channel == "webchat" else f"nimbea_{story.language.replace('en', 'uk')}"
    chat = story.name if surface == "private" else "square"
    return Address(channel=story.channel, account=account, surface=surface, chat=chat, person=story.name)


def _tell(connection: Connection, story: Story, now: datetime) -> Case:
    at = now - timedelta(minutes=story.minutes)
    event = _event(
        _address(story, story.surface),
        story.text,
        story.name,
        at,
        language=story.language,
        attachments=tuple(Attachment(kind=kind) for kind in story.attachments),
    )
    conversation_id = accept(connection, [event], at).conversations[0]
    transcript.mark_all_handled(connection, conversation_id, at)
    conversations.release(connection, conversation_id, due_at=None)
    wait = {"urgent": 30, "high": 240, "normal": 1440, "low": 4320}[story.priority]
    new = NewCase(
        reason=story.reason or story.register,
        register=story.register,
        language=story.language,
        rank=PRIORITIES.index(story.priority),
        team=story.team,
        entities=tuple(Entity(name=name, value=value) for name, value in story.entities),
        acknowledge_by=at + timedelta(seconds=1),
        answer_by=at + timedelta(minutes=wait),
    )
    first = at + timedelta(milliseconds=400)
    return cases.open_case(
        connection, conversation_id, story.reference, new, acknowledged_at=first, now=first
    )


def _bot_says(connection: Connection, conversation_id: int, text: str, at: datetime) -> Line:
    draft = Draft(author="bot", purpose="handover", text=text, delivery="sent")
    return transcript.append(connection, conversation_id, draft, at)


def _arrived(connection: Connection, line: Line | None, at: datetime) -> None:
    if line:
        outbox.done(connection, line.id)
        outbound.advance(connection, line.id, "sent", platform_id=f"sent-{line.id}")
        by_agent = line.author == "agent"
        cases.first_response_sent(connection, line.conversation_id, by_agent=by_agent, now=at)


def _long_case(
    connection: Connection, case: Case, people: dict[str, Agent], brand: Brand, now: datetime
) -> None:
    """A case that began in public, went on in private, and has everything in it."""
    amel, story = people["amel"], STORIES[1]

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    def act(minutes: float, agent: Agent = amel) -> Act:
        return Act(case_id=case.id, agent=agent, at=ago(minutes))

    def written(text: str) -> Written:
        return Written(text=text, token=f"demo-{next(_numbers)}")

    def writes(text: str, minutes: float, **more: Any) -> int:
        event = _event(_address(story, "private"), text, story.name, ago(minutes), **more)
        return accept(connection, [event], ago(minutes)).conversations[0]

    _bot_says(
        connection,
        case.conversation_id,
        "I am sorry that your suitcase is not with you. A Nimbéa agent is taking over and will "
        "reply by 18:30. Your reference: NB-7K2QX4. To protect your data, let us continue in private.",
        ago(192),
    )
    token = links.create(connection, case.conversation_id, ago(191))
    private = writes("Hello, it is the one with the suitcase", 185, start_token=token)
    _bot_says(
        connection,
        private,
        "Thank you for joining us here. An agent continues your case NB-7K2QX4 in this conversation.",
        ago(185),
    )
    writes("Booking X4K9PL, flight NB 2041, bag tag ends in 118", 184, message_id="edited")
    writes(
        "Booking X4K9PL, flight NB 2041, bag tag ends in 813. It is green, with a yellow ribbon.",
        183,
        kind="edited",
        message_id="edited",
    )
    writes("", 182, attachments=(Attachment(kind="photo", name="bag.jpg"),))
    actions.claim(connection, act(180))
    actions.note(connection, act(176), written("World Tracer: bag seen in Porto, flight tomorrow 07:40."))
    first = replies.reply(
        connection,
        act(170),
        written(
            "Dear Paul, your suitcase is in Porto and flies to Lisbon tomorrow at 07:40. "
            "Where may the courier bring it?"
        ),
        where=str(private),
        brand=brand,
        platforms=Platforms({}, brand),
    )
    _arrived(connection, first, ago(170))
    if first:
        outbound.advance(connection, first.id, "read")
    writes("This is the worst airline ever", 168, message_id="regretted")
    writes("", 167, kind="deleted", message_id="regretted")
    writes("Hotel Miradouro, until Sunday. And who pays for what I had to buy?", 20)
    second = replies.reply(
        connection,
        act(18),
        written("You may buy what you need for two nights; please keep the receipts, we refund them."),
        where=str(private),
        brand=brand,
        platforms=Platforms({}, brand),
    )
    if second:
        outbox.done(connection, second.id)
        outbound.advance(connection, second.id, "failed", reason="Facebook did not answer for a day")
    writes("Thank you, that is good news. I will keep them.", 3)
    viewers.see(connection, case.id, people["tomas"].id, typing=False, now=now)
    for conversation_id in (private, case.conversation_id):
        conversations.release(connection, conversation_id, due_at=None)


def _busy_cases(
    connection: Connection,
    told: dict[str, Case],
    people: dict[str, Agent],
    brand: Brand,
    now: datetime,
) -> None:
    gaspard = told["NB-W31KEA"]
    actions.claim(connection, Act(case_id=gaspard.id, agent=people["tomas"], at=now))
    actions.claim(connection, Act(case_id=told["NB-H52ZYN"].id, agent=people["jo"], at=now))
    viewers.see(connection, told["NB-4TRX2C"].id, people["nora"].id, typing=False, now=now)
    owen = told["NB-P08GQS"]
    act = Act(case_id=owen.id, agent=people["amel"], at=now)
    actions.flag(connection, act, name="stopped", on=True)


def _overhear(connection: Connection, post: Overheard, now: datetime) -> None:
    at = now - timedelta(minutes=post.minutes)
    where = Address(
        channel=post.channel, account=post.account, surface="public", chat=post.url, person=post.name
    )
    more = {"kind": "mention", "language": post.language, "url": post.url}
    mentions.take(connection, _event(where, post.text, post.name, at, **more), at)
    if post.register is None:
        return
    (taken,) = ratings.claim(connection, at, until=now, most=1)
    rank = PRIORITIES.index(post.priority)
    rating = Rating(
        register=post.register,
        confidence=post.confidence,
        language=post.language,
        alarm=Alarm(kind=post.finding, why="made up" if post.finding else "", rank=rank),
    )
    ratings.rate(connection, taken, rating, at)
