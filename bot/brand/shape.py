"""What every part of brand.yml is, and the names and texts in it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Language = Annotated[str, Meta(pattern="^[a-z]{2}$")]
Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=40)]
Text = Annotated[str, Meta(min_length=1)]
Texts = dict[Language, Text]


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of brand.yml: a key that is not foreseen is an error, not ignored."""
