"""What the guard says: matters and findings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from bot.messages import Register

Strength = Literal["strong", "weak"]
Severity = Literal["crisis", "sensitive"]


class Kind(Struct, frozen=True, kw_only=True):
    """A matter that a human must see; `names` says it to agents, per language.

    With `only`, it counts in messages alone that the classifier takes for one of these registers:
    it shows what belies them.
    """

    id: str
    severity: Severity
    names: dict[str, str]
    only: frozenset[Register] = frozenset()


class Finding(Struct, frozen=True, kw_only=True):
    """A matter found in a message.

    A strong finding counts alone, a weak one where the classifier sees trouble too.
    `words` are the customer's own: for the case, never for a log. `why` names the pattern
    with its file and line, and may be logged.
    """

    kind: str
    severity: Severity
    strength: Strength
    words: str
    why: str
