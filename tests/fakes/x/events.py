"""What X tells its webhooks: bodies of both interfaces, told once, kept for a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from tests.fakes.x.errors import Json, invalid
from tests.fakes.x.people import FakeShop, User
from tests.fakes.x.posts import FakePost
from tests.fakes.x.webhook import Hook

Style = Literal["activity", "account"]
# The keys of the older interface by the names of the newer one.
OLD = {
    "dm.received": "direct_message_events",
    "dm.sent": "direct_message_events",
    "dm.read": "direct_message_mark_read_events",
}


@dataclass
class Told:
    """Something that happened, for one webhook."""

    at: datetime
    hook: str
    body: Json


@dataclass
class Events:
    """Tells webhooks of what they are subscribed to. `log` is all of it, told or lost."""

    clock: Callable[[], datetime]
    hooks: dict[str, Hook] = field(default_factory=dict)
    subscriptions: list[Json] = field(default_factory=list)
    # By webhook, the accounts of which it is told everything by the older interface.
    accounts: dict[str, set[str]] = field(default_factory=dict)
    log: list[Told] = field(default_factory=list)
    replays: list[Json] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(2080765813578191303))

    def posted(self, kind: str, shop: FakeShop, post: FakePost) -> None:
        """A post concerns an account."""
        self._new(kind, shop, {"payload": post.new(), "includes": post.includes()})
        if kind != "post.reply.create":  # which also comes as a mention
            self._old(shop, {"tweet_create_events": [post.old()]})

    def messaged(self, kind: str, shop: FakeShop, message: Json, people: tuple[User, User]) -> None:
        """A message went from or to an account."""
        users = {each.id: {"data": each.new()} for each in people}
        self._new(kind, shop, {"payload": {"direct_message_events": [message], "users": users}})
        self._old(shop, {OLD[kind]: [message], "users": {each.id: each.old() for each in people}})

    def seen(self, shop: FakeShop, sign: Json) -> None:
        """Somebody has read what the account wrote."""
        self._new("dm.read", shop, {"payload": {OLD["dm.read"]: [sign]}})
        self._old(shop, {OLD["dm.read"]: [sign]})

    def encrypted(self, kind: str, shop: FakeShop, payload: Json) -> None:
        """A message that nobody can read; the older interface knows none of them."""
        self._new(kind, shop, {"payload": payload})

    def replay(self, webhook: str, start: str, end: str) -> None:
        """Tell everything of a while again; raises `Problem`."""
        first, last = _moment(start), _moment(end)
        now = self.clock()
        if first < now - timedelta(hours=24) or first > now - timedelta(minutes=31):
            raise invalid("QueryParamInvalid", "from_date is not within the last 24 hours to 31 minutes")
        if last <= first or last > now - timedelta(minutes=10):
            raise invalid("QueryParamInvalid", "to_date is not before the last 10 minutes")
        self.replays.append({"webhook_id": webhook, "from_date": start, "to_date": end})
        hook = self.hooks[webhook]
        for told in [told for told in self.log if told.hook == webhook and first <= told.at < last]:
            hook.tell(told.body)
        hook.tell({"replay_job_status": {"webhook_id": webhook, "job_state": "Complete", "job_id": "1"}})

    def _new(self, kind: str, shop: FakeShop, content: Json) -> None:
        for each in self.subscriptions:
            if each["event_type"] == kind and each["filter"]["user_id"] == shop.id:
                data = {
                    "event_uuid": str(next(self._numbers)),
                    "filter": each["filter"],
                    "event_type": kind,
                    "tag": each["tag"],
                    **content,
                }
                self._tell(each["webhook_id"], {"data": data})

    def _old(self, shop: FakeShop, content: Json) -> None:
        for webhook, accounts in self.accounts.items():
            if shop.id in accounts:
                self._tell(webhook, {"for_user_id": shop.id, **content})

    def _tell(self, webhook: str, body: Json) -> None:
        self.log.append(Told(self.clock(), webhook, body))
        self.hooks[webhook].tell(body)


def _moment(minute: str) -> datetime:
    try:
        return datetime.strptime(f"{minute}+0000", "%Y%m%d%H%M%z")
    except ValueError:
        raise invalid("QueryParamInvalid", "a date is not in the format yyyymmddhhmm") from None
