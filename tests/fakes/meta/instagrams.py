"""Instagram accounts of the fake: direct messages and comments."""

from __future__ import annotations

from typing import ClassVar

from tests.fakes.meta.account import Comment, FakeAccount
from tests.fakes.meta.errors import Json, invalid
from tests.fakes.meta.history import written

LONGEST_TEXT = 1000


class FakeInstagram(FakeAccount):
    """A professional account; its texts are counted in bytes, its own inbox has no number."""

    kind: ClassVar[str] = "instagram"
    mid: ClassVar[str] = "aWdf"
    window_subcode: ClassVar[int] = 2534022
    inbox_app: ClassVar[int | None] = None
    answer_edge: ClassVar[str] = "replies"

    async def post(self, edge: str, body: Json) -> Json:
        """Messages as for all accounts, and answers to mentions."""
        if edge != "mentions":
            return await super().post(edge, body)
        if not body.get("media_id") or not body.get("message"):
            raise invalid("The parameter media_id is required")
        self.answers.append({"id": "17900", "below": body.get("comment_id", ""), "message": body["message"]})
        await self._ring()
        return {"id": "17900"}

    def tell_comment(self, comment: Comment, verb: str, name: str) -> None:
        """Only new comments are told of."""
        if verb != "add":
            return
        value: Json = {
            "id": comment.id,
            "text": comment.text,
            "from": {"id": comment.author, "username": name},
            "media": {"id": comment.post, "media_product_type": "FEED"},
        }
        if comment.top != comment.id:
            value["parent_id"] = comment.top
        self.tell("changes", {"field": "comments", "value": value})

    def post_of(self, post: str, comments: Json) -> Json:
        """A picture."""
        return {"id": post, "media_product_type": "FEED", "comments": comments}

    def comment_of(self, comment: Comment) -> Json:
        """With the comment above it, if there is one."""
        name = self.name_of(comment.author)
        told: Json = {
            "id": comment.id,
            "from": {"id": comment.author, "username": name},
            "username": name,
            "text": comment.text,
            "timestamp": written(comment.at),
        }
        return told | ({"parent_id": comment.top} if comment.top != comment.id else {})

    def mentioned(self, media: str, comment: str) -> None:
        """Somebody names the account in a comment elsewhere."""
        value = {"media_id": media, "comment_id": comment}
        self.tell("changes", {"field": "mentions", "value": value})

    def check_text(self, text: str) -> None:
        """1000 bytes."""
        if not 0 < len(text.encode()) <= LONGEST_TEXT:
            raise invalid("Length of param message[text] must be less than or equal to 1000")
