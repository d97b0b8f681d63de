"""Puts the chat on the gateway's application."""

from __future__ import annotations

import time

from aiohttp import web

from bot.brand import Brand
from bot.chat.assets import Assets
from bot.chat.events import HEARTBEAT_SECONDS, Events
from bot.chat.limits import Buckets
from bot.chat.pages import Pages
from bot.chat.posting import Posting
from bot.chat.site import Site
from bot.chat.words import load_words
from bot.clock import Clock
from bot.inbox import Inbox
from bot.settings import Settings
from bot.store.bell import Bell
from bot.store.store import Store


def add_chat(
    app: web.Application,
    *,
    store: Store,
    bell: Bell,
    inbox: Inbox,
    brand: Brand,
    settings: Settings,
    clock: Clock,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> None:
    """Serve `/chat` and what belongs to it; nothing where the brand has no web chat.

    `heartbeat` is the longest silence of a stream of events, in seconds.
    """
    site = Site(brand, settings, load_words(), clock)
    if not site.accounts:
        return
    assets = Assets()
    pages = Pages(site, assets)
    events = Events(site, store, bell, heartbeat)
    posting = Posting(site, store, bell, inbox, Buckets(time.monotonic))
    app.router.add_get("/chat", pages.chat)
    app.router.add_get("/chat/demo", pages.demo)
    app.router.add_get("/chat/widget.js", pages.widget)
    app.router.add_get("/chat/brand.css", pages.style)
    app.router.add_get("/chat/assets/{version}/{name}", assets.get)
    app.router.add_post("/chat/messages", posting.post)
    app.router.add_get("/chat/events", events.get, allow_head=False)
    app.on_shutdown.append(events.close)
