"""What is on X: people, posts, messages, and who is told of them."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from itertools import count

from tests.fakes.x.errors import Json, Problem, closed, duplicate, not_summoned, not_there, too_long
from tests.fakes.x.events import Events
from tests.fakes.x.people import FakePerson, FakeShop, User
from tests.fakes.x.posts import HANDLE, FakePost

LONGEST = 280
ADDRESS = re.compile(r"https?://\S+")


class World:
    """`sent` is what was posted through the API, `messages` what was written through it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.events = Events(clock)
        self.users: dict[str, User] = {}
        self.posts: dict[str, FakePost] = {}
        self.dms: list[Json] = []
        self.sent: list[FakePost] = []
        self.messages: list[Json] = []
        self._numbers = count(1000)
        self._news = asyncio.Condition()

    @property
    def shops(self) -> list[FakeShop]:
        """The brand's accounts."""
        return [user for user in self.users.values() if isinstance(user, FakeShop)]

    def add(
        self, author: User, text: str, below: FakePost | None = None, quoting: FakePost | None = None
    ) -> FakePost:
        """A post comes into being, and whom it concerns is told."""
        prefix = self._before(author, below) if below else {}
        known = {user.username.lower(): user for user in self.users.values()}
        named = [known[name.lower()] for name in HANDLE.findall(text) if name.lower() in known]
        number = str(next(self._numbers))
        post = FakePost(
            id=number,
            author=author,
            said=text,
            at=self.clock(),
            mentions={**prefix, **{user.username: user.id for user in named}},
            prefix="".join(f"@{name} " for name in prefix),
            parent=below,
            quoted=quoting,
            root=below.root if below else number,
        )
        self.posts[number] = post
        self.tell(post)
        return post

    def edit(self, post: FakePost, text: str) -> FakePost:
        """A new version of a post, under a number of its own."""
        new = FakePost(**{**vars(post), "id": str(next(self._numbers)), "said": text})
        new.versions = [*post.versions, post.id]
        self.posts[new.id] = new
        self.tell(new)
        return new

    def tell(self, post: FakePost) -> None:
        """Whom a post concerns is told."""
        for shop in self.shops:
            if post.author is shop:
                self.events.posted("post.create", shop, post)
                continue
            if shop.id in post.mentions.values():
                self.events.posted("post.mention.create", shop, post)
            if post.parent and post.parent.author is shop:
                self.events.posted("post.reply.create", shop, post)

    async def answer(self, shop: FakeShop, text: str, parent: str) -> FakePost:
        """The API posts an answer; raises `Problem`."""
        below = self.posts.get(parent)
        if below is None:
            raise not_there()
        if not below.engages(shop.id):
            raise not_summoned()
        if len(ADDRESS.sub("x" * 23, text)) > LONGEST:
            raise too_long()
        if any(
            post.said == text and post.parent and post.parent.author is below.author for post in self.sent
        ):
            raise duplicate()
        post = self.add(shop, text, below)
        self.sent.append(post)
        await self._ring()
        return post

    async def write(self, shop: FakeShop, person: str, text: str) -> str:
        """The API writes a message; raises `Problem`."""
        to = self.users.get(person)
        if not isinstance(to, FakePerson):
            raise Problem(404, "User not found", title="Not Found Error")
        if shop.id not in to.has_written_to or not to.takes_messages:
            raise closed()
        number = self.message(shop, to, text)
        self.messages.append({"id": number, "to": person, "text": text})
        await self._ring()
        return number

    def message(self, sender: User, to: User, text: str) -> str:
        """A message goes from one to another."""
        number = str(next(self._numbers))
        told = {
            "type": "message_create",
            "id": number,
            "created_timestamp": self.milliseconds,
            "message_create": {
                "target": {"recipient_id": to.id},
                "sender_id": sender.id,
                "message_data": {"text": text, "entities": {"urls": []}},
            },
        }
        self.dms.append(
            {
                "id": number,
                "event_type": "MessageCreate",
                "text": text,
                "sender_id": sender.id,
                "dm_conversation_id": "-".join(sorted((sender.id, to.id))),
                "created_at": self.clock().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            }
        )
        for shop, kind in ((sender, "dm.sent"), (to, "dm.received")):
            if isinstance(shop, FakeShop):
                self.events.messaged(kind, shop, told, (sender, to))
        return number

    def encrypted(self, sender: User, to: User, shop: FakeShop) -> str:
        """A message that only X's own apps can read."""
        number = str(uuid.uuid4())
        payload = {
            "id": number,
            "sender_id": sender.id,
            "conversation_id": f"{sender.id}:{to.id}",
            "created_at_msec": self.milliseconds,
            "encoded_event": "CwABAAAAEzIwODA0MDA4",
        }
        self.events.encrypted("chat.sent" if sender is shop else "chat.received", shop, payload)
        return number

    def seen(self, person: FakePerson, shop: FakeShop) -> None:
        """Somebody reads what the account wrote."""
        sign = {
            "created_timestamp": self.milliseconds,
            "sender_id": person.id,
            "target": {"recipient_id": shop.id},
            "last_read_event_id": self.dms[-1]["id"],
        }
        self.events.seen(shop, sign)

    @property
    def milliseconds(self) -> str:
        """The time as events tell it."""
        return str(int(self.clock().timestamp() * 1000))

    async def sent_count(self, number: int, timeout: float = 5.0) -> list[FakePost]:
        """What the API posted, once it is so much at least."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= number), timeout)
        return self.sent

    async def message_count(self, number: int, timeout: float = 5.0) -> list[Json]:
        """What the API wrote, once it is so much at least."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.messages) >= number), timeout)
        return self.messages

    def _before(self, author: User, below: FakePost) -> dict[str, str]:
        """Whom X names before an answer: who is answered, and whom he named."""
        named = {below.author.username: below.author.id, **below.mentions}
        return {name: number for name, number in named.items() if number != author.id}

    async def _ring(self) -> None:
        async with self._news:
            self._news.notify_all()
