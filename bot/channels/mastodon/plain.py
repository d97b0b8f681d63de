"""What a status says, which comes as HTML, in plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import unescape

# Longer than any instance allows; beyond that reading it costs more than it is worth.
LONGEST = 50_000
BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
MUTE = frozenset({"script", "style", "template"})
# Names and tags are links, too, whose address says no more than they do.
SELF_EXPLANATORY = frozenset({"mention", "hashtag"})
# What people put between a name and what they say to it.
AFTER_NAME = " \t\n,:;.!-–—"
HEAD = re.compile(r"\s*@([\w.-]*\w(?:@[\w.:-]*\w)?)")
BLANK = re.compile(r"[ \t\r\n\f]+")
# A tag, a declaration or comment, or text. What is none of the first two is text, whatever it was
# meant to be; a tag never reaches beyond the next one, so that no text takes long. Python's own
# parser fails on some texts and takes seconds for others.
TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>"""
    r"""|<[!?][^<>]*>|(?P<text>[^<]+|<)"""
)
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=]+))""")


def plain_text(html: str, mentions: Mapping[str, str]) -> str:
    """The text of a status; `mentions` tells how to show a name, by the address of its link.

    Links keep their real address, whatever they pretend to be.
    """
    reader = _Reader(mentions)
    for token in TOKEN.finditer(html[:LONGEST]):
        if token["text"]:
            reader.take(unescape(token["text"]))
        elif token["tag"] and token["end"]:
            reader.end(token["tag"].lower())
        elif token["tag"]:
            reader.begin(token["tag"].lower(), token["attributes"])
    return reader.text()


def without_name(text: str, names: Collection[str]) -> str:
    """The text without these names among the mentions at its head; other mentions stay.

    `names` are in lower case and without `@`. A text that is nothing else stays as it is.
    """
    others, end, found = [], 0, False
    while head := HEAD.match(text, end):
        end = head.end()
        if head[1].lower() in names:
            found = True
        else:
            others.append(f"@{head[1]}")
    if not found:
        return text
    return " ".join([*others, text[end:].lstrip(AFTER_NAME)]).strip() or text


class _Reader:
    def __init__(self, mentions: Mapping[str, str]) -> None:
        self._mentions = mentions
        self._parts: list[str] = []
        self._muted = 0
        self._as_is = 0
        # The address of the link that is open, whether it explains itself, and where it begins.
        self._link: tuple[str, bool, int] | None = None

    def text(self) -> str:
        """What was read so far."""
        self._end_link()
        lines = "".join(self._parts).replace(" \n", "\n")
        return re.sub(r"\n{3,}", "\n\n", lines).strip()

    def begin(self, tag: str, attributes: str) -> None:
        """Begin a link, a line or a paragraph."""
        if tag == "a":
            self._begin_link(_attributes(attributes))
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n• ")
        elif tag == "img":
            self.take(_attributes(attributes).get("alt", ""))
        elif tag in BLOCKS:
            self._parts.append("\n\n")
        self._muted += tag in MUTE
        self._as_is += tag == "pre"

    def end(self, tag: str) -> None:
        """End a link or a paragraph."""
        if tag == "a":
            self._end_link()
        elif tag in BLOCKS:
            self._parts.append("\n\n")
        self._muted = max(0, self._muted - (tag in MUTE))
        self._as_is = max(0, self._as_is - (tag == "pre"))

    def take(self, data: str) -> None:
        """Take text; where lines break in the source means nothing."""
        if self._muted:
            return
        if not self._as_is:
            data = BLANK.sub(" ", data)
            if self._parts and self._parts[-1].endswith(("\n", " ")):
                data = data.removeprefix(" ")
        self._parts.append(data)

    def _begin_link(self, attributes: Mapping[str, str]) -> None:
        self._end_link()
        kinds = SELF_EXPLANATORY.intersection(attributes.get("class", "").split())
        self._link = (attributes.get("href", "").strip(), bool(kinds), len(self._parts))

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, explains_itself, begin = self._link
        shown = "".join(self._parts[begin:])
        if address in self._mentions:
            shown = self._mentions[address]
        elif not explains_itself:
            shown = _with_address(shown, address)
        self._parts[begin:] = [shown]
        self._link = None


def _attributes(source: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(source)
    return {name.lower(): unescape("".join(values)) for name, *values in found}


def _with_address(shown: str, address: str) -> str:
    if not address.lower().startswith(("http://", "https://")):
        return shown
    if not shown.strip() or _bare(shown) == _bare(address):
        return address
    return f"{shown} ({address})"


def _bare(address: str) -> str:
    return re.sub(r"^https?://", "", address.strip(), flags=re.IGNORECASE).rstrip("/")
