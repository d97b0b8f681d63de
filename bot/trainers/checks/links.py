"""Links of answers: to pages of the brand that exist, in the language of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from bot.trainers.material import Answer, Page
from bot.trainers.remarks import Remark

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"«»“”]*", re.IGNORECASE)
# What ends a sentence or closes a bracket ends no address.
_AFTER = ".,;:!?)]}'’…"


class Link(Struct, frozen=True, kw_only=True):
    """An address in an answer."""

    address: str
    answer: Answer


def links(answers: Sequence[Answer]) -> Iterator[Link]:
    """Every address that stands in an answer."""
    for answer in answers:
        for found in _LINK.finditer(answer.text):
            yield Link(address=found.group().rstrip(_AFTER), answer=answer)


def check(answers: Sequence[Answer], pages: Sequence[Page], site: str) -> Iterator[Remark]:
    """Remarks on links that lead nowhere, as far as can be told without asking."""
    for link in links(answers):
        if words := _wrong(link, pages, site):
            yield Remark(place=link.answer.place, words=f"{link.answer.name}: {link.address} {words}")


def _wrong(link: Link, pages: Sequence[Page], site: str) -> str:
    try:
        parts = urlsplit(link.address)
        host = parts.hostname
    except ValueError:
        return "is not an address"
    if parts.scheme != "https":
        return "does not begin with https://"
    if not host or "." not in host.strip("."):
        return "is not an address"
    if host != urlsplit(site).hostname:
        return f"is not on {site}: answers link to the brand's own pages only"
    return _wrong_page(parts.path.rstrip("/") or "/", link.answer.language, pages)


def _wrong_page(path: str, language: str, pages: Sequence[Page]) -> str:
    known = [page for page in pages if page.path == path]
    if not known:
        return "leads to a page that data/links.yml does not know"
    if not language or language in {page.language for page in known}:
        return ""
    own = [page.path for page in pages if page.name == known[0].name and page.language == language]
    better = f"; in {language} it is {own[0]}" if own else ""
    return f"is the page in {known[0].language}{better}"
