"""Tells X where to send what happens to an account. Whatever is told already is not told again."""

from __future__ import annotations

from bot.channels.reading import Json, text, thing, things
from bot.channels.x.api import Api
from bot.channels.x.reading import identifier
from bot.errors import DeliveryError, DeliveryRefused

WEBHOOKS, SUBSCRIPTIONS = "/2/webhooks", "/2/activity/subscriptions"
# What we read of all that X can tell. The account's own posts show what colleagues answer.
EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.create",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
    "chat.sent",
)
MOST_PAGES = 50


class Webhooks:
    """The app's webhooks, and what is sent there of one account."""

    def __init__(self, api: Api, own: str, tag: str) -> None:
        self._api = api
        self._own = own
        self._tag = tag

    async def register(self, url: str) -> str:
        """Have everything sent to `url`; returns in words what that is."""
        webhook_id = await self._webhook(url)
        if not self._api.is_oauth2:
            await self._subscribe_to_all(webhook_id)
            return f"all activity of the account, by the Account Activity API, to {url}"
        missing = await self._missing(webhook_id)
        refused = [kind for kind in missing if not await self._subscribe(kind, webhook_id)]
        kinds = [kind for kind in EVENTS if kind not in refused]
        if not kinds:
            raise DeliveryRefused("X: the account may subscribe to nothing")
        without = f", but not {', '.join(refused)}: X refuses it" if refused else ""
        return f"{', '.join(kinds)} to {url}{without}"

    async def find(self) -> str:
        """The webhook to which events of this account go; empty where there is none."""
        told = [identifier(each, "webhook_id") for each in await self._subscriptions()]
        found = next(filter(None, told), "")
        if found or self._api.is_oauth2:
            return found
        answer = await self._api.as_app("GET", WEBHOOKS)
        return next((identifier(each, "id") for each in things(answer, "data")), "")

    async def _webhook(self, url: str) -> str:
        """The webhook of this address, which X has checked or checks now."""
        answer = await self._api.as_app("GET", WEBHOOKS)
        known = next((hook for hook in things(answer, "data") if text(hook, "url") == url), None)
        if known is None:
            made = await self._api.as_app("POST", WEBHOOKS, body={"url": url})
            return _id_in(thing(made, "data") or made)
        if known.get("valid") is not True:
            await self._api.as_app("PUT", f"{WEBHOOKS}/{_id_in(known)}")
        return _id_in(known)

    async def _missing(self, webhook_id: str) -> list[str]:
        told = {
            text(each, "event_type")
            for each in await self._subscriptions()
            if identifier(each, "webhook_id") == webhook_id
        }
        return [kind for kind in EVENTS if kind not in told]

    async def _subscriptions(self) -> list[Json]:
        """All that the app is sent of this account."""
        found: list[Json] = []
        token = ""
        for _ in range(MOST_PAGES):
            more = {"pagination_token": token} if token else None
            answer = await self._api.as_app("GET", SUBSCRIPTIONS, more)
            found.extend(things(answer, "data"))
            token = text(thing(answer, "meta"), "next_token")
            if not token:
                break
        return [each for each in found if identifier(thing(each, "filter"), "user_id") == self._own]

    async def _subscribe(self, kind: str, webhook_id: str) -> bool:
        body = {
            "event_type": kind,
            "filter": {"user_id": self._own},
            "tag": self._tag,
            "webhook_id": webhook_id,
        }
        try:
            await self._api.post(SUBSCRIPTIONS, body)
        except DeliveryRefused as error:
            return "duplicate" in str(error).lower()
        return True

    async def _subscribe_to_all(self, webhook_id: str) -> None:
        """With tokens of OAuth 1.0a, which the Activity API does not take."""
        path = f"/2/account_activity/webhooks/{webhook_id}/subscriptions/all"
        answer = await self._api.get(path)
        if thing(answer, "data").get("subscribed") is not True:
            await self._api.post(path)


def _id_in(webhook: Json) -> str:
    webhook_id = identifier(webhook, "id")
    if not webhook_id:
        raise DeliveryError("X: the answer names no webhook")
    return webhook_id
