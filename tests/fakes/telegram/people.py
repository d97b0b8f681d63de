"""The people's side: what a test lets a customer do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.chats import Chat, entities, quoted
from tests.fakes.telegram.errors import Json

if TYPE_CHECKING:
    from tests.fakes.telegram.bots import FakeBot

BLOCKED = "bot was blocked by the user"
# One of each, as Telegram shapes them.
CONTENT: dict[str, Json | list[Json]] = {
    "photo": [
        {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 67},
        {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960},
    ],
    "voice": {"file_id": "voice", "file_unique_id": "v", "duration": 3},
    "video": {"file_id": "video", "file_unique_id": "w", "width": 640, "height": 480, "duration": 9},
    "document": {"file_id": "document", "file_unique_id": "d", "file_name": "boarding pass.pdf"},
    "location": {"latitude": 48.8566, "longitude": 2.3522},
    "contact": {"phone_number": "+33100000000", "first_name": "Ann"},
    "dice": {"emoji": "🎲", "value": 4},
}


class FakeUser:
    """A person who uses Telegram with one bot."""

    def __init__(self, bot: FakeBot, user_id: int, first_name: str, language_code: str) -> None:
        self.id = user_id
        self._bot = bot
        self._facts: Json = {
            "id": user_id,
            "is_bot": False,
            "first_name": first_name,
            "language_code": language_code,
        }

    @property
    def private(self) -> Chat:
        """The chat with the bot; the bot knows it only once the person has written."""
        return Chat(self.id, first_name=self._facts["first_name"])

    def says(
        self, text: str, *, chat: Chat | None = None, reply_to: Json | None = None, topic: int | None = None
    ) -> Json:
        """Write a message, to the bot itself or in a group; returns it."""
        content: Json = {"text": text}
        if found := entities(text):
            content["entities"] = found
        return self._write(content, chat, reply_to, topic)

    def sends(
        self,
        kind: str,
        *,
        caption: str = "",
        chat: Chat | None = None,
        reply_to: Json | None = None,
        topic: int | None = None,
    ) -> Json:
        """Send a photo, voice, document … ; returns the message."""
        content: Json = {kind: CONTENT[kind]}
        if caption:
            content |= {"caption": caption, "caption_entities": entities(caption)}
        return self._write(content, chat, reply_to, topic)

    def starts(self, token: str = "") -> Json:
        """Press Start in the private chat, perhaps after a deep link."""
        return self.says(f"/start {token}".strip())

    def opens(self, link: str) -> Json:
        """Follow a t.me link and press Start."""
        parts = urlsplit(link)
        if parts.netloc != "t.me" or parts.path != f"/{self._bot.username}":
            raise ValueError(f"not a link to this bot: {link}")
        return self.starts(parse_qs(parts.query)["start"][0])

    def edits(self, message: Json, text: str) -> Json:
        """Change the text of a message of one's own; returns it as it is now."""
        chat = self._bot.chat(message["chat"]["id"])
        edited = message | {"text": text, "edit_date": self._now()}
        edited["entities"] = entities(text)
        chat.messages[message["message_id"]] = edited
        self._bot.updates.add("edited_message", chat.id, edited)
        return edited

    def presses(self, message: Json, title: str) -> str:
        """Press a button under a message of the bot; returns the id of the callback query."""
        buttons = [button for row in message["reply_markup"]["inline_keyboard"] for button in row]
        pressed = next(button for button in buttons if button["text"] == title)
        query_id = str(9000 + len(self._bot.presses))
        self._bot.presses[query_id] = False
        query = {"id": query_id, "from": self._facts, "message": message, "chat_instance": "1"}
        query["data"] = pressed["callback_data"]
        self._bot.updates.add("callback_query", message["chat"]["id"], query)
        return query_id

    def blocks(self) -> None:
        """Stop the bot: it may not write any more."""
        self._membership("member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> None:
        chat = self._bot.keep(self.private)
        chat.closed = BLOCKED if new == "kicked" else None
        change = {"chat": chat.facts(), "from": self._facts, "date": self._now()}
        change["old_chat_member"] = self._member(old)
        change["new_chat_member"] = self._member(new)
        self._bot.updates.add("my_chat_member", chat.id, change)

    def _member(self, status: str) -> Json:
        member: Json = {"user": self._bot.facts(), "status": status}
        return member | ({"until_date": 0} if status == "kicked" else {})

    def _write(self, content: Json, chat: Chat | None, reply_to: Json | None, topic: int | None) -> Json:
        place = self._bot.keep(chat or self.private)
        message: Json = {"date": self._now(), "from": self._facts} | content
        if topic:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to:
            message["reply_to_message"] = quoted(reply_to)
        kept = place.add(message)
        if place.type == "private" or self._bot.reads_groups or self._calls_bot(kept):
            self._bot.updates.add("message", place.id, kept)
        return kept

    def _calls_bot(self, message: Json) -> bool:
        """What group privacy lets through. Sources disagree on mentions; here they pass."""
        text = message.get("text") or message.get("caption") or ""
        answered = message.get("reply_to_message", {}).get("from", {}).get("id")
        return text.startswith("/") or f"@{self._bot.username}" in text or answered == self._bot.id

    def _now(self) -> int:
        return int(self._bot.clock())
