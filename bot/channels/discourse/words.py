"""What a post says, which comes as Markdown, in plain text. Pure."""

from __future__ import annotations

import re

from bot.messages import Attachment

# Longer than a forum allows unless it is told to (max_post_length).
LONGEST = 40_000
# Quotes stand in quotes that deep at most, each of which costs another look at the whole.
DEEPEST = 20
# No part of a pattern may begin anew within itself (thus no bracket in what brackets hold), nor may two
# parts share letters out between them: else a post that never closes them takes for ever to read.
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_QUOTE = re.compile(r"\[quote(?:=(?P<who>[^\[\]\n]*))?\](?:(?!\[quote[=\]]).)*?\[/quote\]\s*", re.DOTALL)
_LINE_QUOTED = re.compile(r"(?m)^>.*\n?")
_WHERE = r"\((?P<where>{scheme}[^)\s\[]+)(?:[ \t][^)\n\[]*)?\)"
_HERE, _OUT_THERE = _WHERE.format(scheme=""), _WHERE.format(scheme="https?://")
_IMAGE = re.compile(rf"!\[(?P<alt>[^\[\]\n|]*)(?:\|[^\[\]\n]*)?\]{_HERE}")
_FILE = re.compile(rf"\[(?P<name>[^\[\]\n|]*)\|(?P<kind>attachment|video|audio)\]{_HERE}")
_SIZE = re.compile(r"(?<=\x00) ?\([0-9.,]+ [KMG]?B\)")
_LINK = re.compile(rf"(?<!!)\[(?P<shown>[^\[\]\n]+)\]{_OUT_THERE}")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
_HEADING = re.compile(r"(?m)^#{1,6}\s+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_KINDS = {"attachment": "file", "video": "video", "audio": "audio"}
# What people put between a name and what they say to it.
_AFTER_NAME = " \t\n,:;.!-–—"
_HEAD = re.compile(r"\s*@(\w(?:[\w.-]*\w)?)")


def plain(raw: str) -> tuple[str, tuple[Attachment, ...]]:
    """The words of a post without what it quotes, and what hangs on it."""
    text = _COMMENT.sub("", raw[:LONGEST].replace("\x00", ""))
    found = [
        *(
            Attachment(kind="image", reference=each["where"], name=each["alt"])
            for each in _IMAGE.finditer(text)
        ),
        *(_file(each) for each in _FILE.finditer(text)),
    ]
    text = _SIZE.sub("", _FILE.sub("\x00", _IMAGE.sub("", text))).replace("\x00", "")
    said = _LINE_QUOTED.sub("", without_quotes(text)).strip() or text
    said = _HEADING.sub("", _STRONG.sub(r"\2", _LINK.sub(_link, said)))
    return re.sub(r"\n{3,}", "\n\n", said).strip(), tuple(found)


def without_quotes(raw: str) -> str:
    """Without the words of others; quotes may stand within quotes."""
    for _ in range(DEEPEST):
        less = _QUOTE.sub("", raw)
        if less == raw:
            break
        raw = less
    return raw


def mentions(raw: str, username: str) -> bool:
    """Whether these words call somebody by his name; in code and quotes they do not."""
    said = _CODE.sub("", without_quotes(raw[:LONGEST]))
    return bool(re.search(rf"(?<![\w@/.]){re.escape('@' + username)}(?![\w-]|\.\w)", said, re.IGNORECASE))


def quotes(raw: str, username: str) -> bool:
    """Whether they quote somebody."""
    name = re.escape(username)
    whom = re.compile(rf'"?@?{name}\s*(?:[,"]|$)|.*\busername:\s*{name}\s*(?:[,"]|$)', re.IGNORECASE)
    return any(whom.match(each["who"] or "") for each in _QUOTE.finditer(raw[:LONGEST]))


def without_name(text: str, username: str) -> str:
    """The text without this name among those at its head; a text that is nothing else stays."""
    others, end, found = [], 0, False
    while head := _HEAD.match(text, end):
        end = head.end()
        if head[1].lower() == username:
            found = True
        else:
            others.append(f"@{head[1]}")
    if not found:
        return text
    return " ".join([*others, text[end:].lstrip(_AFTER_NAME)]).strip() or text


def _file(found: re.Match[str]) -> Attachment:
    return Attachment(kind=_KINDS[found["kind"]], reference=found["where"], name=found["name"])


def _link(found: re.Match[str]) -> str:
    shown, where = found["shown"], found["where"]
    return where if shown == where else f"{shown} ({where})"
