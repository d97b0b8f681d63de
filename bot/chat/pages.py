"""What browsers load: the page, the widget, an example of it, and the files behind them."""

from __future__ import annotations

from collections.abc import Mapping

import jinja2
from aiohttp import web
from msgspec import Struct

from bot.brand import Account
from bot.channels.webchat import WebChat, read_options
from bot.chat import colours
from bot.chat.assets import Assets
from bot.chat.guard import PUBLIC, page_headers
from bot.chat.site import Site, is_embedded
from bot.chat.words import choose, in_language


class Link(Struct, frozen=True, kw_only=True):
    """A link to the same page in another language."""

    language: str
    name: str
    url: str
    is_current: bool


class Pages:
    """Renders pages of the chat."""

    def __init__(self, site: Site, assets: Assets) -> None:
        self._site = site
        self._assets = assets
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("bot.chat"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def chat(self, request: web.Request) -> web.Response:
        """The page on which a visitor talks with the brand."""
        account, embedded = self._site.account(request), is_embedded(request)
        ancestors = ["'self'", *read_options(account).origins] if embedded else ["'none'"]
        context = self._context(request, account) | {"embedded": embedded}
        response = self._page("chat.html", context, ancestors)
        self._site.remember(request, response, self._site.visitors.of(request))
        return response

    async def demo(self, request: web.Request) -> web.Response:
        """A small page of the brand with the widget on it."""
        context = self._context(request, self._site.account(request))
        return self._page("demo.html", context, ["'none'"])

    async def widget(self, request: web.Request) -> web.Response:
        """The script that puts the chat on any page."""
        account = self._site.account(request)
        options = read_options(account)
        languages = self._site.languages(account)
        words = {
            name: {language: text[language] for language in languages}
            for name, text in self._site.words.items()
            if name.startswith("widget_")
        }
        script = self._templates.get_template("widget.js").render(
            account=account.id,
            colour=options.colour,
            on_colour=colours.on(options.colour),
            languages=languages,
            brand=self._site.brand.name,
            words=words,
        )
        return web.Response(text=script, content_type="text/javascript", headers=PUBLIC)

    async def style(self, request: web.Request) -> web.Response:
        """The brand's colours."""
        colour = read_options(self._site.account(request)).colour
        return web.Response(text=colours.style_sheet(colour), content_type="text/css", headers=PUBLIC)

    def _page(self, template: str, context: Mapping[str, object], ancestors: list[str]) -> web.Response:
        text = self._templates.get_template(template).render(context)
        return web.Response(text=text, content_type="text/html", headers=page_headers(ancestors))

    def _context(self, request: web.Request, account: Account) -> dict[str, object]:
        language = choose(
            self._site.languages(account),
            asked=request.query.get("lang"),
            accepted=request.headers.get("Accept-Language", ""),
        )
        return {
            "account": account.id,
            "brand": self._site.brand,
            "language": language,
            "links": self._links(request, account, language),
            "words": in_language(self._site.words, language),
            "longest": WebChat.features.longest_text,
            "assets": self._assets.url,
        }

    def _links(self, request: web.Request, account: Account, current: str) -> list[Link]:
        return [
            Link(
                language=language,
                name=self._site.words["language_name"][language],
                url=str(request.rel_url.update_query(lang=language)),
                is_current=language == current,
            )
            for language in self._site.languages(account)
        ]
