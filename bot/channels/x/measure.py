"""How X counts a text, and how a text mentions nobody. Pure."""

from __future__ import annotations

import re
import unicodedata

import regex

# What an address counts, however long it is (https://docs.x.com/fundamentals/counting-characters).
ADDRESS_WEIGHT = 23
LONGEST_POST, LONGEST_MESSAGE = 280, 10_000
WITH_SCHEME = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# Whether X takes this for an address depends on its list of domains, which changes.
WITHOUT_SCHEME = re.compile(r"(?<![@\w./-])(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,63}(?:[/?#][^\s<>\"]*)?")
GRAPHEME = regex.compile(r"\X")
EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
# Letters that count one; all others, such as Chinese ones, count two.
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

# Seen by nobody, and it keeps a name from being one.
GAP = "\u200b"
NAME = re.compile(r"(?<![\w@/.=-])@(?=[A-Za-z0-9_])")


def harmless(text: str) -> str:
    """The same text, mentioning nobody: X adds the name of who is answered itself."""
    return NAME.sub(f"@{GAP}", text)


def as_written(text: str) -> str:
    """A text as it was before it was made harmless."""
    return text.replace(f"@{GAP}", "@")


def weight_as_sent(text: str) -> int:
    """The weight of a text that is made harmless before it is posted."""
    return weight(harmless(text))


def weight(text: str) -> int:
    """The length of a post by X's count, or a little more: never less, for a longer one is refused."""
    counted, words = _take_out(
        unicodedata.normalize("NFC", text), WITH_SCHEME, least=ADDRESS_WEIGHT, full=False
    )
    more, words = _take_out(words, WITHOUT_SCHEME, least=ADDRESS_WEIGHT, full=True)
    return counted + more + _plain(words)


def _take_out(words: str, address: re.Pattern[str], *, least: int, full: bool) -> tuple[int, str]:
    """What addresses of a kind weigh, and the words without them."""
    found = [each.group() for each in address.finditer(words)]
    return sum(max(least, _plain(each)) if full else least for each in found), address.sub("", words)


def _plain(words: str) -> int:
    if words.isascii():
        return len(words)
    return sum(map(_of_grapheme, GRAPHEME.findall(words)))


def _of_grapheme(grapheme: str) -> int:
    """What one sees as one character: an emoji counts two, of however many parts it is made."""
    if EMOJI.search(grapheme):
        return 2
    return sum(1 if any(low <= ord(each) <= high for low, high in LIGHT) else 2 for each in grapheme)
