"""Takes in what a visitor writes: `POST /chat/messages`."""

from __future__ import annotations

import math
import re
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from bot.brand import Account
from bot.channels.webchat import WebChat, address
from bot.chat.guard import PRIVATE, refusal, too_large
from bot.chat.limits import Buckets
from bot.chat.site import Site
from bot.chat.visible import accepted, offered
from bot.chat.visitor import Visitor
from bot.chat.words import choose
from bot.inbox import Inbox
from bot.messages import Address, Inbound
from bot.store.bell import Bell
from bot.store.store import Store

LONGEST_BODY = 64 * 1024
LONGEST_TEXT = WebChat.features.longest_text

# Invisible characters that no keyboard types, of which some databases refuse the first.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?")


class Said(Struct, frozen=True, kw_only=True):
    """The body of a request; `payload` is that of a pressed button."""

    client_message_id: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
    text: str = ""
    payload: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    language: str | None = None


class Posting:
    """Accepts messages of visitors, each once."""

    def __init__(self, site: Site, store: Store, bell: Bell, inbox: Inbox, buckets: Buckets) -> None:
        self._site = site
        self._store = store
        self._bell = bell
        self._inbox = inbox
        self._buckets = buckets

    async def post(self, request: web.Request) -> web.Response:
        """Answer 202 once the message is stored; the same `client_message_id` changes nothing."""
        account = self._site.account(request)
        self._site.refuse_foreign(request)
        visitor = self._site.visitors.of(request)
        self._slow_down(visitor)
        said = await _read(request)
        event = await self._event(request, account, visitor, said)
        await self._inbox.accept([event])
        self._bell.ring(topic(event.address))
        return await self._receipt(request, visitor, event)

    def _slow_down(self, visitor: Visitor) -> None:
        wait = self._buckets.take(visitor.id)
        if wait:
            headers = {"Retry-After": str(math.ceil(wait))}
            raise refusal(429, "too_fast", "Too many messages at once: wait a moment.", headers)

    async def _event(self, request: web.Request, account: Account, visitor: Visitor, said: Said) -> Inbound:
        where = address(account.id, visitor.id)
        text, shown = await self._words(where, said)
        return Inbound(
            address=where,
            event_id=f"{visitor.id}/{said.client_message_id}",
            message_id=said.client_message_id,
            text=text,
            shown=shown,
            text_is_payload=said.payload is not None,
            language=self._language(request, account, said),
        )

    async def _words(self, where: Address, said: Said) -> tuple[str, str]:
        if said.payload is None:
            return _clean(said.text), ""
        # Only what was offered is taken, under the title it was offered with: neither the
        # assistant nor a reading agent can be told what the button did not say.
        button = await self._store.read(offered, where, said.payload)
        if button is None:
            raise refusal(422, "unknown_button", "This button was not offered in the conversation.")
        return button.payload, button.title

    def _language(self, request: web.Request, account: Account, said: Said) -> str:
        accept = request.headers.get("Accept-Language", "")
        return choose(self._site.languages(account), asked=said.language, accepted=accept)

    async def _receipt(self, request: web.Request, visitor: Visitor, event: Inbound) -> web.Response:
        line = await self._store.read(accepted, event.address, event.message_id)
        if line is None:
            raise RuntimeError("an accepted message is not in the store")
        body = {
            "id": line.id,
            "seq": line.seq,
            "client_message_id": event.message_id,
            "new_visitor": visitor.is_new,
        }
        response = web.json_response(body, status=202, headers=PRIVATE)
        if visitor.is_new:
            self._site.remember(request, response, visitor)
        return response


def topic(where: Address) -> str:
    """The bell for the first message of a visitor, whose conversation has no number yet."""
    return f"visitor/{where.account}/{where.person}"


async def _read(request: web.Request) -> Said:
    if request.content_type != "application/json":
        raise refusal(415, "not_json", "The body must be JSON, with Content-Type: application/json.")
    if (request.content_length or 0) > LONGEST_BODY:
        raise too_large(request.content_length or 0, LONGEST_BODY)
    body = await request.read()
    if len(body) > LONGEST_BODY:
        raise too_large(len(body), LONGEST_BODY)
    try:
        return msgspec.json.decode(body, type=Said)
    except msgspec.ValidationError as error:
        raise refusal(422, "wrong_field", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(400, "not_json", f"The body is not JSON: {error}") from error


def _clean(text: str) -> str:
    cleaned = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).strip()
    if not cleaned:
        raise refusal(422, "empty", "The text is empty.")
    if len(cleaned) > LONGEST_TEXT:
        message = f"The text has {len(cleaned)} characters; {LONGEST_TEXT} are the most."
        raise refusal(422, "too_long", message)
    return cleaned
