"""Lets msgspec learn types before there are threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def learn_types() -> None:
    """Have every type learnt that is known by now.

    msgspec learns a type when it first converts to it, and shows others what it has not finished: two
    threads that meet a type for the first time at the same moment end the process (a segmentation
    fault in msgspec 0.22, seen with rows that are read in several threads).
    """
    for kind in _below(msgspec.Struct):
        with suppress(TypeError, NameError):  # one that is never converted to
            msgspec.json.Decoder(kind)


def _below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    each: type[msgspec.Struct]
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
