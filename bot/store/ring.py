"""What a bell sends to other processes: who rang, and for what."""

from __future__ import annotations

import msgspec


class Ring(msgspec.Struct, frozen=True, array_like=True):
    """The `sender` is a process, which need not hear itself."""

    sender: str
    topics: list[str]


_decoder = msgspec.msgpack.Decoder(Ring)
encode = msgspec.msgpack.Encoder().encode


def decode(data: bytes) -> Ring | None:
    """What was sent; None if it is of another release, or of somebody else."""
    try:
        return _decoder.decode(data)
    except msgspec.MsgspecError:
        return None
