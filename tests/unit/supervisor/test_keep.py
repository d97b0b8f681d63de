from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.supervisor import Program, Supervisor
from bot.supervisor.keep import cause_of, pause_before

WAIT_FOR_EVER = "import signal; print('ready'); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); signal.pause()"


class Ear:
    """Hears what the supervisor says, and waits for a certain thing."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._news = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.said.append(line)
        self._news.set()

    async def hears(self, words: str, times: int = 1) -> None:
        while sum(words in line for line in self.said) < times:
            self._news.clear()
            await self._news.wait()


class Naps:
    """Sleeps not at all, and remembers how long it was to."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def supervisor(ear: Ear, naps: Naps) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(ear, grace=0.3, sleep=naps)
    yield supervisor
    await supervisor.stop()


def python(code: str, **environment: str) -> Program:
    return Program(name="child", command=(sys.executable, "-c", code), environment=environment)


async def test_each_line_is_prefixed_with_the_name(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(python("print('one'); print('two', file=__import__('sys').stderr)\n" + WAIT_FOR_EVER))
    await ear.hears("ready")
    assert ear.said == ["child | one", "child | two", "child | ready"]


async def test_programs_share_a_session_so_that_their_niceness_counts_and_lead_groups_of_their_own(
    supervisor: Supervisor, ear: Ear
) -> None:
    supervisor.keep(python("import os; print(os.getsid(0), os.getpgrp() == os.getpid())\n" + WAIT_FOR_EVER))
    await ear.hears("ready")
    assert ear.said[0] == f"child | {os.getsid(0)} True"


async def test_what_a_program_quotes_of_a_customer_is_masked(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(python("print('odd: mail ann@mail.example')\n" + WAIT_FOR_EVER))
    await ear.hears("ready")
    assert ear.said[0] == "child | odd: mail ••••"


async def test_a_child_that_dies_is_started_again_and_said_so(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(python("print('up'); raise SystemExit(3)"))
    await ear.hears("up", times=2)
    assert ear.said[1] == "child ended by itself (exit code 3). It is started again in 0.5 s."


async def test_a_killed_child_is_started_again(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(python("import os; print(os.getpid())\n" + WAIT_FOR_EVER))
    await ear.hears("ready")
    os.kill(int(ear.said[0].removeprefix("child | ")), signal.SIGKILL)
    await ear.hears("ready", times=2)
    assert any("killed by SIGKILL" in line for line in ear.said)


async def test_pauses_grow_while_a_child_keeps_dying(supervisor: Supervisor, ear: Ear, naps: Naps) -> None:
    supervisor.keep(python("raise SystemExit(1)"))
    await ear.hears("ended by itself", times=4)
    assert naps.taken[:3] == [0.5, 1.0, 2.0]
    assert supervisor.deaths("child") >= 4


async def test_a_long_life_makes_the_next_pause_short(ear: Ear, naps: Naps) -> None:
    times = iter(range(0, 10_000, 100))
    supervisor = Supervisor(ear, sleep=naps, clock=lambda: next(times))
    supervisor.keep(python("raise SystemExit(1)"))
    await ear.hears("ended by itself", times=3)
    await supervisor.stop()
    assert naps.taken[:2] == [0.5, 0.5]


async def test_a_program_that_does_not_exist_is_said_so(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(Program(name="child", command=("/does/not/exist",)))
    await ear.hears("cannot be started: [Errno 2] No such file or directory")


async def test_stop_ends_a_child_that_ignores_sigterm(supervisor: Supervisor, ear: Ear) -> None:
    supervisor.keep(python("import os; print(os.getpid())\n" + STUBBORN))
    await ear.hears("ready")
    await supervisor.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(int(ear.said[0].removeprefix("child | ")), 0)


async def test_stop_reaches_the_children_of_a_child(supervisor: Supervisor, ear: Ear, tmp_path: Path) -> None:
    """The grandchild holds a fifo open; its end is seen as the end of that file."""
    reader = await _fifo(tmp_path / "alive")
    grandchild = f"f = open({str(tmp_path / 'alive')!r}, 'w'); {WAIT_FOR_EVER}"
    supervisor.keep(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"))
    await ear.hears("ready")
    await supervisor.stop()
    assert await reader.read() == b""


async def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    reader = await _fifo(tmp_path / "alive")
    child = f"f = open({str(tmp_path / 'alive')!r}, 'w'); {WAIT_FOR_EVER}"
    code = (
        "import asyncio, sys\n"
        "from bot.supervisor import Program, Supervisor\n"
        "async def main():\n"
        "    supervisor = Supervisor(lambda line: print(line, flush=True))\n"
        f"    supervisor.keep(Program(name='child', command=(sys.executable, '-c', {child!r})))\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"child | ready\n"
    process.kill()
    await process.wait()
    assert await reader.read() == b""


async def test_a_program_run_once_gives_its_exit_code(supervisor: Supervisor, ear: Ear) -> None:
    assert await supervisor.run(python("print('done'); raise SystemExit(7)"), ear) == 7
    assert ear.said == ["done"]


async def test_a_program_run_once_is_stopped_when_cancelled(supervisor: Supervisor, ear: Ear) -> None:
    running = asyncio.create_task(supervisor.run(python(STUBBORN), ear))
    await ear.hears("ready")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_the_environment_of_a_program_is_added_to_ours(supervisor: Supervisor, ear: Ear) -> None:
    code = "import os; print(os.environ['RELAIS_X'], 'PATH' in os.environ)"
    await supervisor.run(python(code, RELAIS_X="here"), ear)
    assert ear.said == ["here True"]


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 0.5), (2, 1.0), (6, 16.0), (7, 30.0), (5000, 30.0)])
def test_pause_doubles_up_to_half_a_minute(deaths: int, seconds: float) -> None:
    assert pause_before(deaths) == seconds


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exit code 0"), (-9, "killed by SIGKILL"), (-99, "killed by signal 99")]
)
def test_causes_are_plain_words(code: int, words: str) -> None:
    assert cause_of(code) == words


async def _fifo(path: Path) -> asyncio.StreamReader:
    os.mkfifo(path)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader
