"""What a post means to an account: said to it, said of it, or said in its name. Pure."""

from __future__ import annotations

from bot.channels.x.measure import as_written
from bot.channels.x.posts import Post
from bot.messages import Address, EventKind, Inbound

# Before the number of a post that speaks of the brand and not to it.
MENTION = "mention/"


class PublicReader:
    """Translates the posts that one account is told of; `own` is its number."""

    def __init__(self, channel: str, account: str, own: str) -> None:
        self._channel = channel
        self._account = account
        self._own = own

    def events(self, post: Post) -> list[Inbound]:
        """What is said to the account, or in its name; bots are not answered, lest two go on for ever."""
        if post.is_repost:
            return []
        if post.author.id == self._own:
            return self._own_answer(post)
        if post.author.is_automated:
            return []
        if self._is_among_others(post):
            return [self._said(post, "mention", f"{MENTION}{post.id}", post.id)]
        message = self._said(post, "message", post.first, post.first)
        if post.first == post.id:
            return [message]
        # Where the first version never came: nothing could be edited that is not there.
        return [message, self._said(post, "edited", post.id, post.first)]

    def found(self, post: Post) -> list[Inbound]:
        """What a search brought: others' posts that do not address the account."""
        is_addressed = self._own in (*post.mentioned, post.answered, post.quoted)
        if post.is_repost or post.author.is_automated or is_addressed or post.author.id == self._own:
            return []
        return [self._said(post, "mention", f"{MENTION}{post.id}", post.id)]

    def _is_among_others(self, post: Post) -> bool:
        """Whether somebody answers somebody else, and we are there because we took part before."""
        is_others = (post.answered or post.leading) not in ("", self._own, post.author.id)
        return is_others and self._own in post.in_copy and post.quoted != self._own

    def _own_answer(self, post: Post) -> list[Inbound]:
        """An answer in our name, by us or by a colleague: the inbox knows its own.

        Where X does not tell to whom, it is to whoever writes in that thread.
        """
        if not post.parent or post.answered == self._own:
            return []
        return [self._event(post, "colleague", post.id, post.id, post.answered)]

    def _said(self, post: Post, kind: EventKind, event_id: str, message_id: str) -> Inbound:
        return self._event(post, kind, event_id, message_id, post.author.id)

    def _event(self, post: Post, kind: EventKind, event_id: str, message_id: str, person: str) -> Inbound:
        author = post.author
        return Inbound(
            address=Address(
                channel=self._channel,
                account=self._account,
                surface="public",
                chat=post.root,
                person=person,
            ),
            event_id=event_id,
            message_id=message_id,
            sent_at=post.sent_at,
            kind=kind,
            text=as_written(post.text),
            author=author.name or author.username,
            language=post.language,
            attachments=post.attachments,
            reply_to=post.parent,
            url=f"https://x.com/i/web/status/{post.id}",
        )
