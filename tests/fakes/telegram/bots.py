"""One bot of the fake: its chats, its updates, what it sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json, bad_request, forbidden
from tests.fakes.telegram.flood import Flood
from tests.fakes.telegram.people import FakeUser
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.webhook import Webhook


class FakeBot:
    """What Telegram knows of a bot.

    `reads_groups` turns group privacy off: the bot gets every message of its groups, not only
    commands, mentions and replies to it.
    """

    def __init__(
        self,
        token: str,
        username: str,
        flood: Flood,
        clock: Callable[[], float],
        haste: float,
        *,
        reads_groups: bool = False,
    ) -> None:
        self.token = token
        self.id = int(token.partition(":")[0])
        self.username = username
        self.reads_groups = reads_groups
        self.flood = flood
        self.clock = clock
        self.haste = haste
        self.updates = Updates(clock)
        self.webhook: Webhook | None = None
        self.sent: list[Json] = []
        self.listener: Callable[[Json], None] | None = None
        self.actions: list[Json] = []
        self.presses: dict[str, bool] = {}
        self._chats: dict[int, Chat] = {}
        self._users: dict[int, FakeUser] = {}
        self._news = asyncio.Condition()

    def facts(self) -> Json:
        """The bot as the sender of messages."""
        return {"id": self.id, "is_bot": True, "first_name": self.username, "username": self.username}

    def user(self, user_id: int, *, first_name: str = "Ann", language_code: str = "en") -> FakeUser:
        """A person; the same each time for one id."""
        if user_id not in self._users:
            self._users[user_id] = FakeUser(self, user_id, first_name, language_code)
        return self._users[user_id]

    def group(self, chat_id: int, title: str = "Fans", topics: frozenset[int] = frozenset()) -> Chat:
        """A supergroup that the bot is in; a forum when it has topics."""
        return self.keep(Chat(chat_id, "supergroup", title, topics=topics))

    def keep(self, chat: Chat) -> Chat:
        """The bot gets to know a chat; one known already stays as it is."""
        return self._chats.setdefault(chat.id, chat)

    def chat(self, chat_id: int) -> Chat:
        """A chat that the bot may write to; raises what Telegram answers for others."""
        chat = self._chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.moved_to:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to
            )
        if chat.closed:
            raise forbidden(chat.closed)
        return chat

    def upgrade(self, chat: Chat, new_id: int) -> Chat:
        """The group becomes a supergroup under another number."""
        chat.moved_to = new_id
        return self.group(new_id, chat.title)

    async def say(self, message: Json) -> None:
        """Note what the bot sent; tell the listener, if there is one, and wake who waits for it."""
        self.sent.append(message)
        if self.listener:
            self.listener(message)
        async with self._news:
            self._news.notify_all()

    async def sent_count(self, count: int, timeout: float = 5.0) -> list[Json]:
        """What the bot has sent, once it is at least so many messages."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= count), timeout)
        return self.sent

    def texts(self, chat_id: int) -> list[str]:
        """The texts that a chat got from the bot."""
        return [message["text"] for message in self.sent if message["chat"]["id"] == chat_id]

    async def use_webhook(self, url: str, secret: str = "", connections: int = 40) -> None:
        """Post updates there from now on."""
        await self.drop_webhook()
        self.webhook = Webhook(self.updates, url, secret, connections, self.haste)

    async def settled(self) -> None:
        """Wait until every update so far has been taken or dropped."""
        await (self.webhook.settled() if self.webhook else self.updates.fetched())

    async def drop_webhook(self) -> None:
        """Stop posting, if a webhook is set."""
        if self.webhook:
            await self.webhook.stop()
        self.webhook = None
