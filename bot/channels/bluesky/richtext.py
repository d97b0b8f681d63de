"""Texts, and what parts of them are besides words: mentions and links. Pure.

Parts are told by their bytes in UTF-8 (https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from bot.channels.bluesky.line import Json
from bot.channels.bluesky.wire import Facet, Me

ADDRESS = re.compile(r"https?://[^\s<>\"]+")
# What ends a sentence or a bracket around an address, rather than an address.
AFTER_ADDRESS = ".,;:!?'’»)]}…"
# What people put between a name and what they say to it.
AFTER_NAME = " \t\n,:;.!-–—"


class Part(Struct, frozen=True, kw_only=True):
    """A part of a text; of a mention `did` is who, of a link `uri` where to."""

    text: str
    did: str = ""
    uri: str = ""


def plain(text: str, facets: tuple[Facet, ...], me: Me) -> str:
    """The text as people read it, without our name at its head.

    Links keep their real address, whatever they pretend to be. A text that is nothing but our name
    stays as it is.
    """
    parts = list(_parts(text, facets))
    return _without_name(parts, me) or "".join(map(_shown, parts)).strip()


def facets(text: str, *, handle: str = "", did: str = "") -> list[Json]:
    """What makes addresses in a text of ours links, and the name of who is answered a mention.

    Nobody else becomes one: whoever is mentioned is notified.
    """
    found = [
        _facet(text, start, end, {"$type": "app.bsky.richtext.facet#link", "uri": text[start:end]})
        for start, end in _addresses(text)
    ]
    if handle and did:
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": did}
        taken = list(_addresses(text))
        for match in re.finditer(rf"(?<![\w@.])@{re.escape(handle)}(?![\w-]|\.\w)", text, re.IGNORECASE):
            if not any(start <= match.start() < end for start, end in taken):
                found.append(_facet(text, match.start(), match.end(), mention))
    return sorted(found, key=lambda each: each["index"]["byteStart"])


def mentions(facets: tuple[Facet, ...], did: str) -> bool:
    """Whether one of them mentions that account."""
    return any(feature.did == did for facet in facets for feature in facet.features)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in ADDRESS.finditer(text):
        address = match.group().rstrip(AFTER_ADDRESS)
        if len(address) > len("https://"):
            yield match.start(), match.start() + len(address)


def _facet(text: str, start: int, end: int, feature: Json) -> Json:
    first = len(text[:start].encode())
    index = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": index, "features": [feature]}


def _parts(text: str, facets: tuple[Facet, ...]) -> Iterator[Part]:
    """The text in parts; a facet that does not fit is as if it were not there."""
    data, end = text.encode(errors="replace"), 0
    for facet in sorted(facets, key=lambda each: each.index.byte_start):
        start, stop = facet.index.byte_start, facet.index.byte_end
        did = next((each.did for each in facet.features if each.did), "")
        uri = next((each.uri for each in facet.features if each.uri), "")
        if not end <= start < stop <= len(data) or not (did or uri):
            continue
        try:
            before, shown = data[end:start].decode(), data[start:stop].decode()
        except UnicodeDecodeError:
            continue
        yield Part(text=before)
        yield Part(text=shown, did=did, uri=uri)
        end = stop
    yield Part(text=data[end:].decode())


def _without_name(parts: list[Part], me: Me) -> str:
    """The text without our name among those at its head; empty where nothing else is there."""
    others: list[str] = []
    found = False
    for place, part in enumerate(parts):
        if part.did:
            found = found or part.did == me.did
            others += [part.text] if part.did != me.did else []
        elif part.uri or part.text.strip(AFTER_NAME):
            rest = "".join(map(_shown, parts[place:])).strip()
            return " ".join([*others, rest.lstrip(AFTER_NAME) if found else rest]).strip()
    return " ".join(others)


def _shown(part: Part) -> str:
    if not part.uri.lower().startswith(("http://", "https://")):
        return part.text
    shown, address = _bare(part.text), _bare(part.uri)
    # Clients cut long addresses, and leave dots in place of the rest.
    if shown == address or (shown.endswith(("...", "…")) and address.startswith(shown.rstrip(".…"))):
        return part.uri
    return f"{part.text} ({part.uri})"


def _bare(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address.strip(), flags=re.IGNORECASE).rstrip("/")
