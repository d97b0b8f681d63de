"""What people do on Meta's platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.meta.errors import Json

if TYPE_CHECKING:
    from tests.fakes.meta.account import Comment, FakeAccount


class FakePerson:
    """A customer of one account; what he does reaches the app."""

    def __init__(self, account: FakeAccount, number: str, name: str) -> None:
        self.id = number
        self.name = name
        self._account = account

    def says(self, text: str, **more: Any) -> str:
        """Write a message; returns its number."""
        return self.sends(text=text, **more)

    def sends(self, **message: Any) -> str:
        """Send a message of any form."""
        mid = self._account.new_mid()
        told = {name: message[name] for name in ("text", "attachments") if name in message}
        self._account.remember(mid, self.id, by_account=False, **told)
        self._wrote({"message": {"mid": mid, **message}})
        return mid

    def presses(self, sent: Json, title: str) -> str:
        """Tap a quick reply below a message."""
        (button,) = (each for each in sent["message"]["quick_replies"] if each["title"] == title)
        return self.sends(text=title, quick_reply={"payload": button["payload"]})

    def follows(self, link: str) -> None:
        """Open a link into the conversation."""
        (ref,) = parse_qs(urlsplit(link).query)["ref"]
        self._wrote({"referral": {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}})

    def edits(self, mid: str, text: str, number: int = 1) -> None:
        """Change what he said."""
        self._tell({"message_edit": {"mid": mid, "text": text, "num_edit": number}})

    def unsends(self, mid: str) -> None:
        """Take back what he said."""
        self._tell({"message": {"mid": mid, "is_deleted": True}})

    def reacts(self, mid: str, emoji: str = "❤") -> None:
        """Put a sign on a message."""
        self._wrote({"reaction": {"mid": mid, "action": "react", "reaction": "love", "emoji": emoji}})

    def has(self, *mids: str) -> None:
        """Messages arrive at his device."""
        self._tell({"delivery": {"mids": list(mids), "watermark": self._account.milliseconds}})

    def reads(self) -> None:
        """See everything so far."""
        self._tell({"read": {"watermark": self._account.milliseconds}})

    def goes(self) -> None:
        """Block the account."""
        self._account.inbox.gone.add(self.id)

    def is_taken_elsewhere(self) -> None:
        """Another application takes the conversation."""
        self._account.inbox.elsewhere.add(self.id)

    def returns(self) -> None:
        """The other application passes the conversation to us."""
        self._account.inbox.elsewhere.discard(self.id)
        control = {"previous_owner_app_id": "1", "new_owner_app_id": str(self._account.app)}
        self._tell({"pass_thread_control": control})

    def comments(self, text: str, on: str, below: Comment | None = None) -> Comment:
        """Write below a post, or below another comment."""
        comment = self._account.keep_comment(self.id, on, below.top if below else "", text)
        self._account.tell_comment(comment, "add", self.name)
        return comment

    def posts(self, text: str) -> Comment:
        """Write on the account's own wall."""
        post = self._account.keep_post(self.id, text)
        self._account.tell_comment(post, "add", self.name)
        return post

    def changes(self, comment: Comment, text: str) -> None:
        """Edit a comment."""
        comment.text = text
        self._account.tell_comment(comment, "edited", self.name)

    def removes(self, comment: Comment) -> None:
        """Remove a comment."""
        del self._account.comments[comment.id]
        self._account.tell_comment(comment, "remove", self.name)

    def _wrote(self, content: Json) -> None:
        self._account.inbox.heard(self.id)
        self._tell(content)

    def _tell(self, content: Json) -> None:
        account = self._account
        item = {
            "sender": {"id": self.id},
            "recipient": {"id": account.id},
            "timestamp": account.milliseconds,
            **content,
        }
        account.tell("standby" if self.id in account.inbox.elsewhere else "messaging", item)
