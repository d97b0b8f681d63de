"""Who is on X: customers, and accounts of the brand with colleagues who use X's own apps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.x.errors import Json
from tests.fakes.x.posts import FakePost

if TYPE_CHECKING:
    from tests.fakes.x.server import FakeX


@dataclass(eq=False)
class User:
    """Anybody."""

    x: FakeX
    id: str
    username: str
    is_automated: bool = False

    def posts(self, text: str, below: FakePost | None = None, quoting: FakePost | None = None) -> FakePost:
        """Write a post, perhaps below another one."""
        return self.x.post(self, text, below, quoting)

    def new(self) -> Json:
        """As the second version of the API writes it."""
        label: Json = {"affiliation": {"description": "Automated"}} if self.is_automated else {}
        return {"id": self.id, "username": self.username, "name": self.username.title(), **label}

    def old(self) -> Json:
        """As the first version of the API writes it."""
        return {"id_str": self.id, "screen_name": self.username, "name": self.username.title()}


@dataclass(eq=False)
class FakePerson(User):
    """A customer. `takes_messages` says whether the account may write to him, once he has written."""

    takes_messages: bool = True
    has_written_to: set[str] = field(default_factory=set)

    def writes(self, shop: FakeShop, text: str) -> str:
        """Write a direct message; returns its number."""
        self.has_written_to.add(shop.id)
        return self.x.message(self, shop, text)

    def writes_encrypted(self, shop: FakeShop) -> str:
        """Write a message that only X's own apps can read."""
        return self.x.encrypted(self, shop, shop)

    def reads(self, shop: FakeShop) -> None:
        """See all that the account has written."""
        self.x.seen(self, shop)

    def edits(self, post: FakePost, text: str) -> FakePost:
        """Edit a post, which makes a new version of it."""
        return self.x.edit(post, text)


@dataclass(eq=False)
class FakeShop(User):
    """An account of the brand: with tokens, and colleagues who write by hand."""

    token: str = ""
    token_secret: str = ""

    def writes(self, person: FakePerson, text: str) -> str:
        """A colleague writes a message in X's own app."""
        return self.x.message(self, person, text)

    def writes_encrypted(self, person: FakePerson) -> str:
        """A colleague writes an encrypted message in X's own app."""
        return self.x.encrypted(self, person, self)
