"""What is asked for once, when an account is connected: an app's webhooks, and events of accounts."""

from __future__ import annotations

import aiohttp

from tests.fakes.meta.errors import GraphError, Json, invalid, no_such
from tests.fakes.meta.history import Query
from tests.fakes.meta.pages import FakePage
from tests.fakes.meta.server import APP_SECRET, Meta

KINDS = ("page", "instagram", "whatsapp_business_account")


class FakeApp:
    """An app, whose token is its number and its secret.

    A callback is verified before it counts; what happens is posted to it from then on. `wishes` are
    those that counted, by kind.
    """

    def __init__(self, meta: Meta, secret: str = APP_SECRET) -> None:
        self.wishes: dict[str, Json] = {}
        self._meta = meta
        meta.register(str(meta.app), self, f"{meta.app}|{secret}")

    def facts(self) -> Json:
        """Its fields."""
        return {"id": str(self._meta.app)}

    async def post(self, edge: str, body: Json) -> Json:
        """A wish for webhooks."""
        if edge != "subscriptions":
            raise no_such(f"{self._meta.app}/{edge}")
        if body.get("object") not in KINDS or not body.get("fields"):
            raise invalid("Param object must be one of the kinds, and fields are required")
        if not await _is_verified(body["callback_url"], body["verify_token"]):
            raise GraphError(2200, "(#2200) Callback verification failed with the following errors: ...")
        self.wishes[body["object"]] = body
        if self._meta.webhook:
            await self._meta.webhook.stop()
        self._meta.use_webhook(body["callback_url"])
        return {"success": True}


class FakeBusiness:
    """A WhatsApp business account, whose events an app asks for."""

    def __init__(self) -> None:
        self.is_subscribed = False

    def facts(self) -> Json:
        """Its fields."""
        return {}

    async def post(self, edge: str, body: Json) -> Json:
        """The wish for its events."""
        if edge != "subscribed_apps":
            raise no_such(edge)
        self.is_subscribed = True
        return {"success": True}


class FakeOwner(FakePage):
    """A Page that owns an Instagram account, and tells which apps have asked for its events."""

    def look(self, edge: str, query: Query) -> Json:
        """The list of these apps."""
        if edge != "subscribed_apps":
            return super().look(edge, query)
        return {"data": [{"id": str(self.app)}] if self.subscribed else []}


async def _is_verified(url: str, token: str) -> bool:
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
    try:
        async with aiohttp.ClientSession() as session, session.get(url, params=query) as answer:
            return answer.status == 200 and await answer.text() == query["hub.challenge"]
    except aiohttp.ClientError:
        return False
