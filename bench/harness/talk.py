"""Conversations with whatever answers: each message waits for the answer to the one before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from msgspec import Struct

from bench.harness.messages import Message
from bench.harness.platform import Ears, Letter, Platform
from bench.harness.processes import BenchFailed
from bench.harness.stock import Rest
from bench.harness.streams import Letters, Turns, client, undisturbed
from bench.harness.wording import Wording

# Telegram takes one message a second in a chat, so that the product holds the next one back.
PAUSE = 1.1
# Who gets no answer for so long is silent on purpose, or broken: it is counted.
PATIENCE = 20.0
GREETINGS = {"fr": "Bonjour", "en": "Hello", "es": "Hola"}
# People who only greet are apart from those who are measured.
_GREETERS = 1_000_000


class Taken(Struct, kw_only=True):
    """What came of conversations: when each answer came (`time.perf_counter`), how long it took,
    how many messages got none, and how many conversations went to humans.
    """

    moments: list[float] = []
    seconds: list[float] = []
    unanswered: int = 0
    handed_over: int = 0


class Partner(Protocol):
    """Whoever is talked to."""

    async def say(self, conversation: int, message: int) -> str | None:
        """Say a message of a conversation; the answer, or None where none came."""

    def goes_on(self, answer: str) -> bool:
        """Whether the assistant still answers after this."""


class ByTelegram:
    """The product, written to by its webhook and heard on the platform."""

    def __init__(
        self, letters: Letters, places: Sequence[Sequence[tuple[int, int]]], ears: Ears, wording: Wording
    ) -> None:
        self._letters = letters
        # Of each message: the number of its letter, and its chat.
        self._places = places
        self._ears = ears
        self._wording = wording

    async def say(self, conversation: int, message: int) -> str | None:
        """Post a message and wait for what is more than an acknowledgement."""
        number, chat = self._places[conversation][message]
        answer = self._ears.await_text(chat)
        await self._letters.post(number)
        try:
            return (await asyncio.wait_for(answer, PATIENCE)).text
        except asyncio.TimeoutError:
            return None

    def goes_on(self, answer: str) -> bool:
        """A human who takes over ends the bot's part."""
        return not self._wording.hands_over(answer)


class ByRest:
    """A stock Rasa server."""

    def __init__(self, rest: Rest, talks: Sequence[Sequence[Message]]) -> None:
        self._rest = rest
        self._talks = talks

    async def say(self, conversation: int, message: int) -> str | None:
        """Send a message; Rasa answers within the request."""
        text = self._talks[conversation][message].text
        return "" if await self._rest.say(str(conversation), text) == 200 else None

    def goes_on(self, answer: str) -> bool:
        """It hands nobody over."""
        return True


class Conversations:
    """Conversations with a partner, so many messages under way at once; held in parts if one likes."""

    def __init__(self, talks: Sequence[Sequence[Message]], partner: Partner, at_once: int) -> None:
        self._partner = partner
        self._turns = Turns([len(talk) for talk in talks], self._say, at_once=at_once, pause=PAUSE)
        self._taken = Taken()

    async def hold(self, most: int | None = None) -> Taken:
        """Go on until everything is said, or so many messages more."""
        self._taken = Taken()
        async with undisturbed():
            await self._turns.run(most)
        return self._taken

    async def _say(self, conversation: int, message: int) -> bool:
        began = time.perf_counter()
        answer = await self._partner.say(conversation, message)
        if answer is None:
            self._taken.unanswered += 1
            return False
        now = time.perf_counter()
        self._taken.moments.append(now)
        self._taken.seconds.append(now - began)
        goes_on = self._partner.goes_on(answer)
        self._taken.handed_over += not goes_on
        return goes_on


async def warm_up(url: str, platform: Platform, wording: Wording) -> int:
    """Greet every bot and wait for the answers, so that nothing is done for the first time later.

    Returns how many messages that were.
    """
    greetings = [Message(text=text, language=it, ends=True) for it, text in GREETINGS.items()]
    talks = [[it] for it in greetings * (len(platform.accounts) // len(greetings))]
    opened = by_telegram(talks, url, platform, wording, at_once=4, first_person=_GREETERS)
    async with opened as conversations:
        taken = await conversations.hold()
    if taken.unanswered:
        raise BenchFailed("the product does not answer a greeting")
    return len(talks)


async def greet(url: str) -> None:
    """The same with a stock Rasa server."""
    async with client() as session:
        for number, text in enumerate(GREETINGS.values()):
            await Rest(session, url).say(f"greeter {number}", text)


@asynccontextmanager
async def by_telegram(
    talks: Sequence[Sequence[Message]],
    url: str,
    platform: Platform,
    wording: Wording,
    at_once: int,
    *,
    first_person: int = 0,
) -> AsyncIterator[Conversations]:
    """Conversations with the product; people are numbered from `first_person` on."""
    letters, places = written(talks, platform, first_person)
    async with client(platform.headers) as session:
        ears = Ears(platform, wording.acknowledges)
        partner = ByTelegram(Letters(session, url, letters), places, ears, wording)
        yield Conversations(talks, partner, at_once)


@asynccontextmanager
async def by_rest(talks: Sequence[Sequence[Message]], url: str, at_once: int) -> AsyncIterator[Conversations]:
    """Conversations with a stock Rasa server."""
    async with client() as session:
        yield Conversations(talks, ByRest(Rest(session, url), talks), at_once)


def written(
    talks: Sequence[Sequence[Message]], platform: Platform, first_person: int = 0
) -> tuple[list[Letter], list[list[tuple[int, int]]]]:
    """Every message as a letter, and where the letters of each conversation are."""
    letters: list[Letter] = []
    places = []
    for person, talk in enumerate(talks, start=first_person):
        own = [platform.write(person, message) for message in talk]
        places.append([(len(letters) + number, letter.chat) for number, letter in enumerate(own)])
        letters += own
    return letters, places
