from __future__ import annotations

import asyncio

import pytest

from bot.supervisor.output import lines


async def heard(*chunks: bytes) -> list[str]:
    stream = asyncio.StreamReader()
    for chunk in chunks:
        stream.feed_data(chunk)
    stream.feed_eof()
    return [line async for line in lines(stream)]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"on", b"e\ntw", b"o"], ["one", "two"]),
        ([b"10 %\r20 %\r\n\n"], ["10 %", "20 %"]),
        ([b"caf\xc3\xa9 \xff\n"], ["café \ufffd"]),
        ([], []),
    ],
)
async def test_output_becomes_lines(chunks: list[bytes], expected: list[str]) -> None:
    assert await heard(*chunks) == expected


async def test_a_line_without_end_is_cut() -> None:
    said = await heard(b"x" * 30_000)
    assert "".join(said) == "x" * 30_000
    assert len(said) > 1
