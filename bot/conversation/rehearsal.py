"""What a message would come to, on a database of its own that nobody else sees: nothing is sent."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from msgspec import Struct, structs
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.brand import Account, Brand, Origin
from bot.channels.registry import CHANNELS
from bot.conversation import compose, rules, transactions
from bot.conversation.compose import UNREAD, Scene
from bot.conversation.etiquette import Verdict
from bot.conversation.transactions import Opening, Outcome
from bot.guard import Finding, Guard
from bot.messages import Reply, Surface, Understanding
from bot.store import transcript
from bot.store.manners import Past
from bot.store.store import Store
from bot.store.tables import conversations as talks
from bot.store.tables import metadata
from bot.store.transcript import Draft

# What stands for a link that is made for one customer, once.
LINK = "https://…"


class Message(Struct, frozen=True, kw_only=True):
    """A message that somebody might write.

    `in_thread` and `today` are in how many turns the bot spoke to him before; with `aside` he
    writes below what others wrote.
    """

    text: str
    account: Account
    surface: Surface
    at: datetime
    language: str | None = None
    in_thread: int = 0
    today: int = 0
    aside: bool = False


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What the product would do with it.

    `origin` is the rule of the etiquette that decided, None where none was asked. `meanwhile` is
    what is said while an answer takes too long, empty for nothing.
    """

    scene: Scene
    decided: rules.Decision
    verdict: Verdict
    outcome: Outcome
    origin: Origin | None
    meanwhile: str
    alarm: Finding | None

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What the customer would read."""
        return self.outcome.after(self.scene.opening.conversation.last_purpose)


def opened(message: Message, brand: Brand) -> Opening:
    """The turn that such a message would begin."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'rehearsal.db'}")
        try:
            metadata.create_all(store.engine)
            opening = store.run_now(_write_and_open, message, brand)
            return structs.replace(opening, past=Past(in_thread=message.in_thread, today=message.today))
        finally:
            store.close()


def rehearse(opening: Opening, understanding: Understanding | None, brand: Brand, guard: Guard) -> Rehearsal:
    """Decide and compose as a turn does; without an understanding, as while the assistant is away."""
    read_as = understanding.reading.language if understanding else None
    scene = compose.scene(opening, brand, read_as, opening.since)
    scene = _with_way_to_private(scene)
    meanwhile = compose.acknowledgement(scene)
    findings = guard.inspect(opening.text, scene.language)
    if understanding is None:
        alarm, understanding = guard.sure(findings), UNREAD
        decided = rules.give_up("assistant_unavailable", brand)
        if alarm:
            decided = rules.raise_alarm(alarm, UNREAD.reading, brand)
    else:
        alarm = guard.combine(findings, understanding.reading.registers)
        decided = rules.decide(understanding, scene.situation, brand, alarm)
    scene = compose.alarmed(scene, alarm, guard)
    verdict = compose.judged(decided, scene)
    outcome = _outcome(verdict, understanding, scene)
    return Rehearsal(
        scene=scene,
        decided=decided,
        verdict=verdict,
        outcome=outcome,
        origin=_origin(verdict, scene) if outcome.stopped is None else None,
        meanwhile=meanwhile,
        alarm=alarm,
    )


def _with_way_to_private(scene: Scene) -> Scene:
    """As a turn does on a network that works as it should."""
    conversation = scene.opening.conversation
    if conversation.surface == "private":
        return scene
    kind = CHANNELS.get(conversation.channel)
    if kind and kind.features.private_reply:
        return structs.replace(scene, opens=True)
    return structs.replace(scene, link=LINK)


def _outcome(verdict: Verdict, understanding: Understanding, scene: Scene) -> Outcome:
    if rules.is_word(scene.opening.text, scene.brand.words.stop):
        return compose.stopped(scene, on=True)
    return compose.outcome(verdict, understanding, scene)


def _origin(verdict: Verdict, scene: Scene) -> Origin | None:
    talk = scene.opening.conversation
    if verdict.key is None:
        return None
    return scene.brand.etiquette.origin(talk.channel, talk.surface, verdict.key)


def _write_and_open(connection: Connection, message: Message, brand: Brand) -> Opening:
    account, now = message.account, message.at
    where = {"channel": account.channel, "account": account.id, "key": "rehearsal"}
    who = {"chat": "chat", "person": "somebody", "author": "", "language": message.language}
    times = {"created_at": now, "updated_at": now}
    thread = "of others" if message.aside else ""
    values = {**where, **who, **times, "surface": message.surface, "thread": thread}
    if message.in_thread:
        values["last_purpose"] = "answer"
    (conversation_id,) = connection.execute(insert(talks), values).inserted_primary_key
    draft = Draft(author="customer", text=message.text, platform_id="message")
    transcript.append(connection, conversation_id, draft, now)
    return transactions.open_turn(connection, conversation_id, "", brand)
