"""Puts the desk on the gateway's application."""

from __future__ import annotations

import os
from collections.abc import Mapping

from aiohttp import web

from bot.brand import Brand
from bot.channels.base import Channel
from bot.clock import Clock
from bot.desk import (
    accounts,
    acting,
    aside,
    board,
    case,
    guard,
    live,
    login,
    mentioned,
    pages,
    passwords,
    people,
)
from bot.desk.context import DESK, Desk
from bot.desk.words import load_words
from bot.inbox import Inbox
from bot.settings import Settings
from bot.store.bell import Bell
from bot.store.store import Store


def add_desk(
    app: web.Application,
    *,
    store: Store,
    bell: Bell,
    inbox: Inbox,
    channels: Mapping[tuple[str, str], Channel],
    brand: Brand,
    settings: Settings,
    clock: Clock,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Serve the agents' desk under `/desk`.

    `environment` is where accounts have their secrets: the desk says which are missing.
    """
    desk = web.Application(middlewares=[guard.speak, guard.explain, guard.admit])
    desk[DESK] = Desk(
        store=store,
        bell=bell,
        inbox=inbox,
        channels=channels,
        brand=brand,
        settings=settings,
        clock=clock,
        environment=environment,
        words=load_words(),
    )
    pages.add_templates(desk)
    live.add_streams(desk)
    desk.on_response_prepare.append(guard.add_headers)
    desk.add_routes(_routes())
    app.add_subapp("/desk", desk)


def _routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("", board.show_queue),
        web.get("/events", board.stream_queue, allow_head=False),
        web.get("/login", login.show_login),
        web.post("/login", login.log_in),
        web.post("/logout", login.log_out),
        web.get("/account", passwords.show_account),
        web.post("/account", passwords.change_password),
        web.get("/people", people.show_people),
        web.post("/people", people.add_person),
        web.post(r"/people/{id:\d{1,9}}", people.change_person),
        web.post(r"/people/{id:\d{1,9}}/password", people.reset_password),
        web.get("/accounts", accounts.show_accounts),
        web.get("/accounts/events", accounts.stream_accounts, allow_head=False),
        web.get("/mentions", mentioned.show_mentions),
        web.get("/mentions/events", mentioned.stream_mentions, allow_head=False),
        web.post(r"/mentions/{id:\d{1,9}}/{act:answer|dismiss|restore}", mentioned.act_mention),
        web.get("/aside", aside.show_aside),
        web.get("/aside/events", aside.stream_aside, allow_head=False),
        web.post(r"/aside/{id:\d{1,9}}/{act:again|settle}", aside.act_aside),
        web.get("/cases/{reference}", case.show_case),
        web.get("/cases/{reference}/events", case.stream_case, allow_head=False),
        web.post("/cases/{reference}/presence", acting.see),
        web.post("/cases/{reference}/measure", acting.measure),
        web.post("/cases/{reference}/{act}", acting.act),
        web.static("/static", pages.STATIC),
    ]
