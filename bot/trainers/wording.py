"""When two messages say the same in the same words."""

from __future__ import annotations

import re
import unicodedata


def folded(text: str) -> str:
    """Words alone: neither accents, case, punctuation nor emoji make two messages different.

    A message without a word stays as it is.
    """
    return " ".join(re.findall(r"\w+", _plain(text))) or text.strip()


def alike(text: str) -> str:
    """As `folded`, but emoji count: they can turn praise into mockery."""
    signs = (c if c.isalnum() or unicodedata.category(c) == "So" else " " for c in _plain(text))
    return " ".join("".join(signs).split()) or text.strip()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
