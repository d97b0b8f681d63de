"""Where an answer hangs, and the record of it."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from msgspec import Struct

from bot.channels.bluesky.keys import POST, owner
from bot.channels.bluesky.line import Json
from bot.channels.bluesky.memory import Memory
from bot.channels.bluesky.network import Network, iso
from bot.channels.bluesky.richtext import facets
from bot.channels.bluesky.wire import Posted, Ref, posted_in
from bot.channels.render import with_buttons_as_text
from bot.errors import DeliveryRefused, Unreachable
from bot.messages import Outbound

LANGUAGE = re.compile(r"[a-z]{2}")


class Below(Struct, frozen=True, kw_only=True):
    """Where an answer hangs; `handle` is that of who is answered, if it is known."""

    root: Ref
    parent: Ref
    handle: str = ""


class Threads:
    """Finds where answers hang: as posts are now, and from memory where they are gone."""

    def __init__(self, network: Network, memory: Memory) -> None:
        self._network = network
        self._memory = memory

    async def below(self, outbound: Outbound) -> Below:
        """Where an answer hangs; raises `DeliveryRefused` where it cannot be given.

        An answer to what was deleted meanwhile still finds its place, if we have seen it, or the
        thread is there.
        """
        root = outbound.address.chat
        parent = outbound.reply_to or self._memory.latest_of(outbound.address.person, root) or root
        if not (owner(root) and owner(parent)):
            raise DeliveryRefused("the address is none of Bluesky")
        told = await self._network.posts((parent, root))
        post = posted_in(told.get(parent))
        if post is None:
            return self._from_memory(parent, outbound.address.person, posted_in(told.get(root)))
        _mind_person(post)
        ref = Ref(uri=post.uri, cid=post.cid)
        first = post.record.reply.root if post.record.reply else ref
        return Below(root=first, parent=ref, handle=post.author.handle)

    def _from_memory(self, parent: str, person: str, root: Posted | None) -> Below:
        known = self._memory.known(parent)
        if known:
            return Below(root=known.root, parent=known.ref)
        if root is None or root.author.did != person:  # nobody else is to be told
            raise DeliveryRefused("what was to be answered is not there any more")
        ref = Ref(uri=root.uri, cid=root.cid)
        first = root.record.reply.root if root.record.reply else ref
        return Below(root=first, parent=ref)


def record(outbound: Outbound, below: Below, now: datetime) -> Json:
    """The record of an answer."""
    text = with_buttons_as_text(outbound.text, outbound.buttons).encode(errors="replace").decode()
    post: Json = {
        "$type": POST,
        "text": text,
        "createdAt": iso(now),
        "reply": msgspec.to_builtins({"root": below.root, "parent": below.parent}),
    }
    parts = facets(text, handle=below.handle, did=owner(below.parent.uri))
    if parts:
        post["facets"] = parts
    if outbound.language and LANGUAGE.fullmatch(outbound.language):
        post["langs"] = [outbound.language]
    return post


def _mind_person(post: Posted) -> None:
    """Who has blocked us, or lets only some people answer, would not see an answer."""
    if post.author.viewer.blocked_by or post.author.viewer.blocking:
        raise Unreachable("there is a block between the account and who wrote it")
    if post.viewer.reply_disabled:
        raise DeliveryRefused("whoever began the thread does not let us answer in it")
