"""Pages of the fake: Messenger, and comments below posts."""

from __future__ import annotations

from typing import ClassVar

from tests.fakes.meta.account import Comment, FakeAccount
from tests.fakes.meta.errors import Json, invalid, no_such
from tests.fakes.meta.history import written

LONGEST_TEXT = 2000


class FakePage(FakeAccount):
    """A Page. `subscribed` are the fields that the app asked for, None before it did."""

    kind: ClassVar[str] = "page"
    mid: ClassVar[str] = "m_"
    window_subcode: ClassVar[int] = 2018278
    answer_edge: ClassVar[str] = "comments"
    subscribed: str | None = None

    async def post(self, edge: str, body: Json) -> Json:
        """Messages as for all accounts, and the subscription."""
        if edge != "subscribed_apps":
            return await super().post(edge, body)
        if not body.get("subscribed_fields"):
            raise invalid("The parameter subscribed_fields is required.")
        self.subscribed = body["subscribed_fields"]
        return {"success": True}

    def tell_comment(self, comment: Comment, verb: str, name: str) -> None:
        """Comments come in the field `feed`."""
        is_post = comment.id == comment.post
        value: Json = {
            "item": "status" if is_post else "comment",
            "verb": verb,
            "post_id": comment.post,
            "from": {"id": comment.author, "name": name},
            "created_time": int(comment.at),
        }
        if not is_post:
            value |= {
                "comment_id": comment.id,
                "parent_id": comment.top if comment.top != comment.id else comment.post,
            }
        if verb != "remove":
            value["message"] = comment.text
        self.tell("changes", {"field": "feed", "value": value})

    def check_text(self, text: str) -> None:
        """2000 characters."""
        if not 0 < len(text) <= LONGEST_TEXT:
            raise invalid("Length of param message[text] must be less than or equal to 2000")

    def post_of(self, post: str, comments: Json) -> Json:
        """Of a visitor, or of the Page itself."""
        visitor = self.comments.get(post)
        author, text = (visitor.author, visitor.text) if visitor else (self.id, "Our post")
        at = visitor.at if visitor else self.clock()
        told = {"id": post, "message": text, "created_time": written(at), "comments": comments}
        return {**told, "from": {"id": author, "name": self.name_of(author)}}

    def comment_of(self, comment: Comment) -> Json:
        """With the comment above it, if there is one."""
        told: Json = {
            "id": comment.id,
            "from": {"id": comment.author, "name": self.name_of(comment.author)},
            "message": comment.text,
            "created_time": written(comment.at),
        }
        return told | ({"parent": {"id": comment.top}} if comment.top != comment.id else {})

    def private_name(self, author: str) -> str:
        """Who comments is known by another number in private."""
        return f"7{author}"

    async def answer(self, comment: Comment, edge: str, body: Json) -> Json:
        """What was removed cannot be answered."""
        if comment.id not in self.comments:
            raise no_such(comment.id)
        return await super().answer(comment, edge, body)
