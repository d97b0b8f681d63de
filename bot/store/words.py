"""Words as searches compare them: case and accents do not matter. Pure."""

from __future__ import annotations

import re
import unicodedata

# Nobody types longer ones into a search; databases have limits for what they index.
LONGEST_WORD = 40
# A message has some hundred words; a longer list was pasted.
MOST_WORDS = 500

_WORD = re.compile(r"[^\W_]+")
# Accents that stand by themselves once they are parted from their letters.
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def words_in(text: str) -> tuple[str, ...]:
    """The distinct words of a text, in order."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def folded(text: str) -> str:
    """A text without accents and capital letters."""
    # The letters last: an accent may stand on one of them.
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return bare.casefold().translate(_LETTERS)
