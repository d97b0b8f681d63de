"""The small servers that the product is compared with, or that stand in for a part of it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bench.harness import bare, standin
from bench.harness.processes import LOOPBACK, BenchFailed, free_port, processes
from bench.harness.product import clean_environment
from bench.harness.usage import cpu_seconds, forget_peak, machine_seconds, resident, resident_peak
from bot.messages import Understanding


async def test_bare_handler_has_written_a_row_when_it_answers(tmp_path: Path) -> None:
    file = tmp_path / "bare.db"
    async with TestClient(TestServer(bare.application(bare.sqlite_writer(str(file)), 1))) as client:
        answer = await client.post("/channels/telegram/any", data=b'{"update_id": 1}')
        assert answer.status == 200
        with sqlite3.connect(file) as connection:
            assert connection.execute("SELECT body FROM bare").fetchall() == [('{"update_id": 1}',)]
        connection.close()


async def test_stand_in_answers_as_rasa_does() -> None:
    async with TestClient(TestServer(standin.application(0.0))) as client:
        assert (await client.get("/webhooks/relais/")).status == 200
        answer = await client.post("/webhooks/relais/webhook", json={"sender": "1", "text": "My bag?"})
        understanding = msgspec.json.decode(await answer.read(), type=Understanding)
        assert understanding.reading.register == "question"
        assert understanding.replies


async def test_stand_in_takes_one_turn_after_the_other() -> None:
    loop = asyncio.get_running_loop()
    async with TestClient(TestServer(standin.application(0.02))) as client:
        began = loop.time()
        await asyncio.gather(*(client.post("/webhooks/relais/webhook", json={}) for _ in range(3)))
        assert loop.time() - began >= 0.06


async def test_a_process_is_awaited_watched_and_stopped(tmp_path: Path) -> None:
    port = free_port()
    command = (sys.executable, "-m", "bench.harness.standin", "--port", str(port))
    async with processes(tmp_path) as started:
        process = await started.start("assistant", command, clean_environment())
        await process.answers(f"http://{LOOPBACK}:{port}/webhooks/relais/")
        assert process.cpu_seconds() > 0
        assert 0 < process.resident() <= process.resident_peak()
        process.forget_peak()
        assert process.resident_peak() > 0
    assert process.has_ended


def test_the_most_memory_counts_from_when_it_was_forgotten() -> None:
    me, eaten = os.getpid(), 200
    small = resident(me)
    len(b"x" * (eaten * 1024**2))
    assert resident_peak(me) > small + eaten / 2
    forget_peak(me)
    assert resident_peak(me) < small + eaten / 2


async def test_a_process_that_ends_instead_is_told_with_its_last_words(tmp_path: Path) -> None:
    async with processes(tmp_path) as started:
        process = await started.start("talker", (sys.executable, "-c", "exit('no luck')"), {})
        with pytest.raises(BenchFailed, match=r"(?s)talker .*no luck"):
            await process.answers(f"http://{LOOPBACK}:{free_port()}/")


def test_the_benchmark_touches_nothing_of_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RELAIS_STATE", "DATABASE_URL", "REDIS_URL", "TELEGRAM_NIMBEA_FR_TOKEN"):
        monkeypatch.setenv(name, "precious")
    assert "precious" not in clean_environment().values()


def test_ports_in_a_row_are_free() -> None:
    first = free_port(in_a_row=3)
    assert 0 < first < 65534


def test_a_process_that_has_ended_computes_no_more() -> None:
    assert cpu_seconds(2**22 + 1) == 0
    assert machine_seconds() > 0
    assert resident(1) <= resident_peak(1)
