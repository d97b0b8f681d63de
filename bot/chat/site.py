"""What every part of the chat asks about a request."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.brand import Account, Brand
from bot.channels.webchat import WebChat
from bot.chat import guard
from bot.chat.visitor import Visitor, Visitors
from bot.chat.words import Words, languages_of
from bot.clock import Clock
from bot.settings import Settings


class Site:
    """The brand's chats: whose page it is, in which languages, for which visitor."""

    def __init__(self, brand: Brand, settings: Settings, words: Words, clock: Clock) -> None:
        self.brand = brand
        self.clock = clock
        self.words = words
        self.accounts = tuple(a for a in brand.accounts if a.channel == WebChat.name)
        self.visitors = Visitors(settings.secret, clock, secure=settings.secure_cookies)
        self._public_url = settings.public_url

    def account(self, request: web.Request) -> Account:
        """The account that `?account=` names, else the first of brand.yml."""
        name = request.query.get("account") or self.accounts[0].id
        found = next((account for account in self.accounts if account.id == name), None)
        if found is None:
            raise guard.refusal(404, "no_account", "There is no such web chat.")
        return found

    def languages(self, account: Account) -> Sequence[str]:
        """The languages of the account's market in which the page is written; never empty."""
        written = languages_of(self.words)
        wanted = self.brand.market_of(account).languages
        return [language for language in wanted if language in written] or sorted(written)

    def refuse_foreign(self, request: web.Request) -> None:
        """See `guard.refuse_foreign`."""
        guard.refuse_foreign(request, self._public_url)

    def remember(self, request: web.Request, response: web.StreamResponse, visitor: Visitor) -> None:
        """Set the visitor's cookie, fit for where the page is shown."""
        self.visitors.remember(response, visitor, framed=is_embedded(request))


def is_embedded(request: web.Request) -> bool:
    """Whether the page, or a page that this request comes from, is in the widget's frame."""
    return request.query.get("embedded") == "1"
