"""What Pages and Instagram accounts of the fake do alike."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

from tests.fakes.meta.errors import GraphError, Json, already_replied, invalid, no_such, too_old
from tests.fakes.meta.history import Past, Query, Said
from tests.fakes.meta.inbox import WEEK, Inbox
from tests.fakes.meta.people import FakePerson

ACTIONS = ("typing_on", "typing_off", "mark_seen")
MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 13, 20, 1000

Tell = Callable[[str, Json], None]


@dataclass
class Comment:
    """A comment, or a visitor's post; `top` is the comment below which it stands."""

    id: str
    author: str
    post: str
    top: str
    text: str
    at: float
    has_private_reply: bool = False


class FakeAccount(ABC):
    """An account as Meta knows it. `sent` is what went out in private, `answers` in public.

    `app` is the application whose token sends, `inbox_app` the one in which humans answer.
    """

    kind: ClassVar[str]
    mid: ClassVar[str]
    window_subcode: ClassVar[int]
    # Where comments are answered.
    answer_edge: ClassVar[str]
    inbox_app: ClassVar[int | None] = 263902037430900

    def __init__(self, number: str, name: str, app: int, clock: Callable[[], float], tell: Tell) -> None:
        self.id = number
        self.name = name
        self.app = app
        self.clock = clock
        self.inbox = Inbox(clock, self.window_subcode)
        self.sent: list[Json] = []
        self.answers: list[Json] = []
        self.actions: list[Json] = []
        self.comments: dict[str, Comment] = {}
        self.past = Past()
        self._numbers = count(1)
        self._people: dict[str, FakePerson] = {}
        self._tell = tell
        self._news = asyncio.Condition()

    def person(self, number: str, name: str = "Ann Lee") -> FakePerson:
        """A person; the same each time for one number."""
        if number not in self._people:
            self._people[number] = FakePerson(self, number, name)
        return self._people[number]

    @property
    def milliseconds(self) -> int:
        """The time as webhooks tell it."""
        return int(self.clock() * 1000)

    def new_mid(self) -> str:
        """The number of a new message."""
        return f"{self.mid}{self.id}_{next(self._numbers)}"

    def tell(self, channel: str, item: Json) -> None:
        """Tell the app of a private event (`messaging`, `standby`) or of a change (`changes`)."""
        self._tell(self.kind, {"id": self.id, "time": self.milliseconds, channel: [item]})

    def colleague_says(self, person: FakePerson, text: str) -> str:
        """A human answers in the platform's own inbox, which takes the conversation."""
        mid = self.new_mid()
        self.remember(mid, person.id, by_account=True, text=text)
        message: Json = {"mid": mid, "is_echo": True, "text": text}
        if self.inbox_app:
            message["app_id"] = self.inbox_app
        self.tell("messaging", self.item_to(person.id, message=message))
        return mid

    def item_to(self, person: str, **content: Json) -> Json:
        """A private event that begins with the account."""
        return {
            "sender": {"id": self.id},
            "recipient": {"id": person},
            "timestamp": self.milliseconds,
            **content,
        }

    async def sent_count(self, number: int, timeout: float = 5.0) -> list[Json]:
        """What was sent in private, once it is at least so many messages."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= number), timeout)
        return self.sent

    async def answer_count(self, number: int, timeout: float = 5.0) -> list[Json]:
        """What was answered in public, once it is at least so many comments."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.answers) >= number), timeout)
        return self.answers

    def texts(self, person: FakePerson) -> list[str]:
        """The texts that a person got in private."""
        return [each["message"]["text"] for each in self.sent if each["to"] == person.id]

    def remember(
        self, mid: str, person: str, *, by_account: bool, text: str = "", attachments: Sequence[Json] = ()
    ) -> None:
        """A private message that the history tells of."""
        said = Said(mid, person, by_account, self.clock(), text, attachments)
        self.past.said.append(said)

    def look(self, edge: str, query: Query) -> Json:
        """What the Graph API tells of one of the account's lists."""
        return self.past.look(self, edge, query)

    @abstractmethod
    def post_of(self, post: str, comments: Json) -> Json:
        """A post as the history tells it, with the beginning of its comments."""

    @abstractmethod
    def comment_of(self, comment: Comment) -> Json:
        """A comment as the history tells it."""

    def name_of(self, person: str) -> str:
        """What somebody is called."""
        known = self._people.get(person)
        return known.name if known else self.name

    async def post(self, edge: str, body: Json) -> Json:
        """A call of the Graph API on this account."""
        if edge != "messages":
            raise no_such(f"{self.id}/{edge}")
        if "sender_action" in body:
            return self._act(body)
        answer = self._send(body)
        await self._ring()
        return answer

    async def answer(self, comment: Comment, edge: str, body: Json) -> Json:
        """A public answer below a comment."""
        if edge != self.answer_edge:
            raise no_such(f"{comment.id}/{edge}")
        text = body.get("message")
        if not isinstance(text, str) or not text.strip():
            raise invalid("Comment must have a message")
        self.inbox.count()
        own = self.keep_comment(self.id, comment.post, comment.top, text)
        self.answers.append({"id": own.id, "below": comment.id, "message": text})
        self.tell_comment(own, "add", self.name)
        await self._ring()
        return {"id": own.id}

    @abstractmethod
    def tell_comment(self, comment: Comment, verb: str, name: str) -> None:
        """Tell the app what became of a comment, whose author has this name."""

    @abstractmethod
    def check_text(self, text: str) -> None:
        """Raise what Meta answers to a text that is too long."""

    def keep_comment(self, author: str, post: str, top: str, text: str) -> Comment:
        """A comment comes into being."""
        number = f"{post.rpartition('_')[2]}_{next(self._numbers)}"
        return self.keep(Comment(number, author, post, top or number, text, self.clock()))

    def keep_post(self, author: str, text: str) -> Comment:
        """A visitor's post comes into being, of which it is itself the post."""
        number = f"{self.id}_{next(self._numbers)}"
        return self.keep(Comment(number, author, number, "", text, self.clock()))

    def keep(self, comment: Comment) -> Comment:
        """The account knows a comment from now on."""
        self.comments[comment.id] = comment
        return comment

    def _act(self, body: Json) -> Json:
        if body["sender_action"] not in ACTIONS or "message" in body:
            raise invalid("Cannot send both message and state at the same time")
        person = body["recipient"]["id"]
        self.inbox.admit(person, "RESPONSE", "")
        self.actions.append({"to": person, "action": body["sender_action"]})
        return {"recipient_id": person}

    def _send(self, body: Json) -> Json:
        message = body.get("message", {})
        self.check_text(message.get("text", ""))
        _check_buttons(message.get("quick_replies", []))
        person = self._recipient(body)
        mid = self.new_mid()
        self.remember(mid, person, by_account=True, text=message["text"])
        self.sent.append({"to": person, "mid": mid, "message": message, "at": self.clock()})
        echo = {"mid": mid, "is_echo": True, "app_id": self.app, "text": message["text"]}
        if "metadata" in message:
            echo["metadata"] = message["metadata"]
        self.tell("messaging", self.item_to(person, message=echo))
        return {"recipient_id": person, "message_id": mid}

    def _recipient(self, body: Json) -> str:
        recipient = body["recipient"]
        name = recipient.get("comment_id") or recipient.get("post_id")
        if not name:
            self.inbox.admit(recipient["id"], body.get("messaging_type", ""), body.get("tag", ""))
            return str(recipient["id"])
        comment = self.comments.get(name)
        if comment is None:
            raise GraphError(100, "(#100) The comment cannot be replied to", subcode=2534025)
        if comment.has_private_reply:
            raise already_replied()
        if self.clock() - comment.at > WEEK:
            raise too_old()
        self.inbox.count()
        comment.has_private_reply = True
        return self.private_name(comment.author)

    def private_name(self, author: str) -> str:
        """By what name a commenter is known in private."""
        return author

    async def _ring(self) -> None:
        async with self._news:
            self._news.notify_all()

    def facts(self) -> dict[str, Any]:
        """What is told of the account to who asks."""
        return {"id": self.id, "name": self.name, "username": self.name}


def _check_buttons(buttons: list[Json]) -> None:
    if len(buttons) > MOST_BUTTONS:
        raise invalid("param message[quick_replies] has too many elements.")
    for button in buttons:
        if not 0 < len(button["title"]) <= LONGEST_TITLE:
            raise invalid("Length of param message[quick_replies][0][title] must be less than or equal to 20")
        if not 0 < len(button["payload"]) <= LONGEST_PAYLOAD:
            raise invalid("Length of param message[quick_replies][0][payload] must be at most 1000")
