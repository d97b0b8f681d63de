"""What a child says, line by line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

_LONGEST = 8192
_LINE_END = re.compile(rb"[\r\n]+")  # a progress bar ends its lines with \r alone


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of a stream without their ends; empty ones left out, endless ones cut."""
    pending = b""
    while chunk := await stream.read(_LONGEST):
        *complete, pending = _LINE_END.split(pending + chunk)
        for line in complete:
            if line:
                yield line.decode(errors="replace")
        if len(pending) > _LONGEST:
            yield pending.decode(errors="replace")
            pending = b""
    if pending:
        yield pending.decode(errors="replace")
