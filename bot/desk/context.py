"""What every page of the desk works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.brand import Brand
from bot.channels.base import Channel
from bot.clock import Clock
from bot.desk.platforms import Platforms
from bot.desk.words import Speech, Words
from bot.inbox import Inbox
from bot.settings import Settings
from bot.store import bell as topics
from bot.store.bell import Bell
from bot.store.rows import Agent
from bot.store.sessions import Session
from bot.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts that the desk was built with."""

    store: Store
    bell: Bell
    inbox: Inbox
    channels: Mapping[tuple[str, str], Channel]
    brand: Brand
    settings: Settings
    clock: Clock
    environment: Mapping[str, str]
    words: Words

    @property
    def platforms(self) -> Platforms:
        """What the platforms of all accounts allow."""
        return Platforms(self.channels, self.brand)

    def now(self) -> datetime:
        """The present moment."""
        return self.clock()

    def ring(self, conversation_ids: list[int]) -> None:
        """Tell everybody who waits for it that something changed."""
        changed = [topics.conversation(conversation_id) for conversation_id in conversation_ids]
        self.bell.ring(topics.QUEUE, topics.OUTBOX, *changed)


DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)
SPEECH: web.RequestKey[Speech] = web.RequestKey("speech", Speech)


def desk_of(request: web.Request) -> Desk:
    """The desk that serves a request."""
    return request.app[DESK]


def agent_of(request: web.Request) -> Agent:
    """Who makes a request."""
    return request[SESSION].agent


def speech_of(request: web.Request) -> Speech:
    """The desk's words in the language of whoever makes a request."""
    return request[SPEECH]
