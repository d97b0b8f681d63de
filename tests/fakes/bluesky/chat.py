"""The chat: conversations of two or more, and the log of what happens in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from tests.fakes.bluesky.accounts import Account
from tests.fakes.bluesky.errors import Json, XrpcError, invalid
from tests.fakes.bluesky.network import iso
from tests.fakes.bluesky.records import check_facet, check_text

LOG = "chat.bsky.convo.defs#"


class Convo:
    """A conversation; `accepted` are who has taken it up."""

    def __init__(self, number: str, members: list[Account]) -> None:
        self.id = number
        self.members = members
        self.messages: list[Json] = []
        self.read: dict[str, int] = {}
        self.accepted: set[str] = set()

    def view(self, viewer: Account) -> Json:
        """What a member sees of it."""
        shown: Json = {
            "id": self.id,
            "rev": "1",
            "members": [each.view(viewer) for each in self.members],
            "muted": False,
            "status": "accepted" if viewer.did in self.accepted else "request",
            "unreadCount": len(self.unread(viewer)),
        }
        return {**shown, "lastMessage": self.messages[-1]} if self.messages else shown

    def unread(self, viewer: Account) -> list[Json]:
        """What others said since the member read."""
        since = self.messages[self.read.get(viewer.did, 0) :]
        return [each for each in since if each["sender"]["did"] != viewer.did]


class Chat:
    """All conversations. `page` is how many entries of the log one answer has."""

    def __init__(self, accounts: dict[str, Account], clock: Callable[[], float]) -> None:
        self.convos: dict[str, Convo] = {}
        self.page = 100
        self._accounts = accounts
        self._clock = clock
        self._numbers = count(1)
        self._log: list[tuple[str, Json]] = []

    def members(self, viewer: Account, dids: list[str]) -> Json:
        """The conversation with somebody, begun if there is none."""
        if len(dids) != 1 or dids[0] not in self._accounts:
            raise XrpcError(400, "RecipientNotFound", "recipient not found")
        other = self._accounts[dids[0]]
        _mind_settings(viewer, other, is_new=self._between(viewer, other) is None)
        return {"convo": self.between(viewer, other).view(viewer)}

    def between(self, one: Account, other: Account) -> Convo:
        """The conversation of two."""
        return self._between(one, other) or self.begin(one, other)

    def begin(self, *members: Account) -> Convo:
        """A new conversation, of a group perhaps; the first has begun it."""
        convo = Convo(f"c{next(self._numbers)}", list(members))
        convo.accepted.add(members[0].did)
        self.convos[convo.id] = convo
        return convo

    def list(self, viewer: Account, query: Json) -> Json:
        """The conversations of an account."""
        mine = [each for each in self.convos.values() if viewer in each.members]
        if query.get("readState") == "unread":
            mine = [each for each in mine if each.unread(viewer)]
        mine.sort(key=lambda each: each.messages[-1]["sentAt"] if each.messages else "", reverse=True)
        return {"convos": [each.view(viewer) for each in mine]}

    def messages(self, viewer: Account, query: Json) -> Json:
        """What was said in a conversation, the newest first."""
        said = self.of(viewer, query["convoId"]).messages[::-1]
        start, limit = int(query.get("cursor", "0")), int(query.get("limit", "50"))
        more = {"cursor": str(start + limit)} if start + limit < len(said) else {}
        return {"messages": said[start : start + limit], **more}

    def log(self, viewer: Account, query: Json) -> Json:
        """What happened since a place in the log; without one, where it ends."""
        mine = [each for did, each in self._log if did == viewer.did]
        start = int(query["cursor"]) if "cursor" in query else len(mine)
        found = mine[start : start + self.page]
        return {"logs": found, "cursor": str(start + len(found))}

    def say(self, sender: Account, number: str, message: Json) -> Json:
        """Somebody says something."""
        convo = self.of(sender, number)
        if sender.did not in convo.accepted:
            raise invalid("convo has not been accepted")
        for other in convo.members:
            if other is not sender:
                _mind_settings(sender, other, is_new=False)
        check_text(message["text"], 10000, 1000)
        for facet in message.get("facets", []):
            check_facet(facet, len(message["text"].encode()))
        return self._take(convo, sender, message)

    def accept(self, viewer: Account, number: str) -> None:
        """A member takes a conversation up."""
        self.of(viewer, number).accepted.add(viewer.did)

    def read(self, viewer: Account, number: str, message_id: str) -> None:
        """A member has read up to a message."""
        convo = self.of(viewer, number)
        ids = [each["id"] for each in convo.messages]
        convo.read[viewer.did] = ids.index(message_id) + 1

    def of(self, viewer: Account, number: str) -> Convo:
        """A conversation of which an account is a member."""
        convo = self.convos.get(number)
        if convo is None or viewer not in convo.members:
            raise XrpcError(400, "InvalidConvo", "convo not found")
        return convo

    def _between(self, one: Account, other: Account) -> Convo | None:
        members = [one, other]
        found = (each for each in self.convos.values() if len(each.members) == 2)
        return next((each for each in found if all(one in each.members for one in members)), None)

    def _take(self, convo: Convo, sender: Account, message: Json) -> Json:
        number = next(self._numbers)
        said = {
            "$type": f"{LOG}messageView",
            "id": f"m{number}",
            "rev": str(number),
            "text": message["text"],
            **({"facets": message["facets"]} if "facets" in message else {}),
            "sender": {"did": sender.did},
            "sentAt": iso(self._clock() + number / 1000),
        }
        convo.messages.append(said)
        entry = {"$type": f"{LOG}logCreateMessage", "rev": str(number), "convoId": convo.id, "message": said}
        self._log += [(member.did, entry) for member in convo.members]
        return said


def _mind_settings(sender: Account, other: Account, *, is_new: bool) -> None:
    if sender.did in other.blocks or other.did in sender.blocks:
        raise XrpcError(400, "BlockedActor", "block between recipient and sender")
    if is_new and other.incoming == "none":
        raise XrpcError(400, "MessagesDisabled", "recipient has disabled incoming messages")
    if is_new and other.incoming == "following" and sender.did not in other.follows:
        reason = "recipient requires incoming messages to come from someone they follow"
        raise XrpcError(400, "NotFollowedBySender", reason)
