"""What browsers send."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp.web import FileField
from multidict import MultiDictProxy

Form = MultiDictProxy[str | bytes | bytearray | FileField]


def text_of(form: Form, name: str) -> str:
    """A field as text; empty where it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def choice_of(form: Form, name: str, choices: Mapping[str, object]) -> str | None:
    """A field whose value is one of the choices, else None."""
    value = text_of(form, name)
    return value if value in choices else None
