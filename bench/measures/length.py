"""Flat cost: a turn in a conversation of 1,000 messages against one in a conversation of 10."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message
from bench.harness.platform import Ears, Heard, Letter
from bench.harness.processes import BenchFailed
from bench.harness.product import Setup
from bench.harness.spread import described, median
from bench.harness.stage import Stage, stage
from bench.harness.streams import Letters, client, undisturbed
from bench.harness.talk import PATIENCE, PAUSE
from bench.harness.workshop import Workshop
from bot import clock
from bot.assistant.rasa import Rasa
from bot.messages import Turn
from bot.store import transcript
from bot.store.store import Store
from bot.store.tables import conversations, messages
from bot.store.transcript import Draft

NAME = "length"
SHORT, LONG = 10, 1000
# What the bot answers and never hands over. The same each time: a turn's own cost then varies little.
_SAID = ("Bonjour", "Quelle taille pour mon bagage cabine ?", "merci beaucoup !")
_TALKS = 3


class Place(Struct, frozen=True, kw_only=True):
    """A conversation: the person, and whether it is a long one."""

    person: int
    is_long: bool


async def measure(workshop: Workshop) -> Measured:
    """Long and short conversations in turn, on one database and one Rasa."""
    long, rounds = workshop.pick(LONG, 200), workshop.pick(20, 4)
    places = [Place(person=number, is_long=number % 2 == 0) for number in range(2 * _TALKS)]
    async with stage(workshop, "length", Setup()) as on, client(on.platform.headers) as web:
        letters = [_letter(on, place, turn) for turn in range(rounds + 1) for place in places]
        ears = Ears(on.platform, workshop.wording.acknowledges)
        post = Letters(web, on.url, letters)
        await _round(post, ears, letters, 0, len(places))
        workshop.say(f"length: conversations of {SHORT} and {long} messages grow ...")
        await _grow(on, letters[: len(places)], places, long)
        workshop.say(f"length: {rounds} turns in each ...")
        async with undisturbed():
            seconds = [
                await _round(post, ears, letters, turn * len(places), len(places))
                for turn in range(1, rounds + 1)
            ]
    shorts, longs = _sorted(seconds, places)
    return Measured(
        name=NAME,
        figures=(_figure(median(longs), median(shorts), long),),
        details={"long_ms": described(longs), "short_ms": described(shorts)},
    )


def _figure(longs: float, shorts: float, long: int) -> Figure:
    return Figure(
        what=f"A turn in a conversation of {long:,} messages, against one of {SHORT}",
        value=longs / shorts,
        target=1.2,
        at_least=False,
        absolute=f"{1000 * longs:.0f} against {1000 * shorts:.0f} ms, medians",
    )


def _letter(on: Stage, place: Place, turn: int) -> Letter:
    text = _SAID[turn % len(_SAID)]
    return on.platform.write(place.person, Message(text=text, language="fr", ends=False))


async def _round(post: Letters, ears: Ears, letters: Sequence[Letter], first: int, count: int) -> list[float]:
    """One turn in each conversation, one after the other; from the message to the answer."""
    began = time.perf_counter()
    seconds = []
    for number in range(first, first + count):
        start = time.perf_counter()
        answer = ears.await_text(letters[number].chat)
        await post.post(number)
        seconds.append((await _patiently(answer)).at - start)
    # In a chat a platform takes one message a second: nobody is measured waiting for that.
    await asyncio.sleep(max(began + PAUSE - time.perf_counter(), 0))
    return seconds


async def _patiently(answer: asyncio.Future[Heard]) -> Heard:
    try:
        return await asyncio.wait_for(answer, PATIENCE)
    except asyncio.TimeoutError:
        raise BenchFailed(f"a message got no answer within {PATIENCE:g} s") from None


def _sorted(rounds: Sequence[Sequence[float]], places: Sequence[Place]) -> tuple[list[float], list[float]]:
    pairs = [(place.is_long, seconds) for it in rounds for place, seconds in zip(places, it, strict=True)]
    return [it for is_long, it in pairs if not is_long], [it for is_long, it in pairs if is_long]


async def _grow(on: Stage, firsts: Sequence[Letter], places: Sequence[Place], long: int) -> None:
    """Let the conversations become as long as they are to be, in our database and in Rasa's memory."""
    store = Store(on.product.database_url)
    try:
        ids = {
            place.person: await store.read(_conversation, letter.chat)
            for place, letter in zip(places, firsts, strict=True)
        }
        for place in places:
            count = (long if place.is_long else SHORT) - 2
            await store.run(_lengthen, ids[place.person], count)
    finally:
        store.close()
    rasa = Rasa(on.product.rasa[0])
    try:
        sizes = [(ids[place.person], long if place.is_long else SHORT) for place in places]
        await asyncio.gather(*(_remember(rasa, number, size // 2) for number, size in sizes))
    finally:
        await rasa.close()


async def _remember(rasa: Rasa, conversation_id: int, turns: int) -> None:
    """Have the assistant live through so many turns of a conversation."""
    for _ in range(turns):
        turn = Turn(conversation=str(conversation_id), text=_SAID[0], language="fr", surface="private")
        await rasa.read(turn)


def _conversation(connection: Connection, chat: int) -> int:
    found: int = connection.execute(
        select(conversations.c.id).where(conversations.c.chat == str(chat))
    ).scalar_one()
    return found


def _lengthen(connection: Connection, conversation_id: int, count: int) -> None:
    """Write messages of both sides, all of them handled and sent."""
    now = clock.now()
    for number in range(count):
        if number % 2:
            draft = Draft(author="bot", purpose="answer", text="Bonjour !", delivery="sent")
        else:
            draft = Draft(author="customer", text=_SAID[0], platform_id=f"earlier-{number}")
        transcript.append(connection, conversation_id, draft, now)
    old = messages.c.conversation_id == conversation_id
    connection.execute(update(messages).where(old, messages.c.author == "customer").values(handled_at=now))
