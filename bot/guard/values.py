"""What the guard says: matters and findings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Strength = Literal["strong", "weak"]
Severity = Literal["crisis", "sensitive"]


class Kind(Struct, frozen=True, kw_only=True):
    """A matter that a human must see; `names` says it to agents, per language."""

    id: str
    severity: Severity
    names: dict[str, str]


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
