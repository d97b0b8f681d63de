"""Several servers as one, with real small servers that die, hang and come back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from msgspec import structs

from bot.assistant.rasa import Rasa
from bot.assistant.several import REST, Several
from bot.errors import AssistantFailed, AssistantUnavailable
from bot.messages import Turn
from tests.fakes.rasa import PaperRasa, paper_rasa

PEOPLE = [str(number) for number in range(60)]
NEW_PEOPLE = [str(number) for number in range(100, 140)]


class Servers:
    """Three servers behind one `Several`, whose clock stands still."""

    def __init__(self, papers: list[PaperRasa]) -> None:
        self.papers = papers
        self.time = 0.0
        self.built: list[Several] = []
        # The server that each person's conversation is with, as the database keeps it.
        self.kept: dict[str, str] = {}
        self.use()

    def use(self, *, at_once: int = 4, patience: float = 5.0) -> None:
        """Go on with a new one, as another process would have it."""
        rasas = {f"rasa-{n}": Rasa(paper.url, glance=0.2) for n, paper in enumerate(self.papers)}
        self.several = Several(rasas, at_once=at_once, patience=patience, clock=lambda: self.time)
        self.built.append(self.several)

    async def ask(self, *people: str) -> dict[str, int]:
        """Let people write; the server that each of them came to."""
        for paper in self.papers:
            paper.asked.clear()
        await asyncio.gather(*(self.read(person) for person in people))
        return {asked["sender"]: n for n, paper in enumerate(self.papers) for asked in paper.asked}

    async def read(self, person: str) -> None:
        """Let a person write, and keep who answered."""
        asked = structs.replace(turn(person), server=self.kept.get(person, ""))
        self.kept[person] = (await self.several.read(asked)).server

    def home(self, person: str) -> PaperRasa:
        """The server that answered a person last."""
        return next(paper for paper in self.papers if person in [asked["sender"] for asked in paper.asked])


def turn(person: str) -> Turn:
    return Turn(conversation=person, text="May my cat come?", language="en", surface="private")


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        built = Servers([await stack.enter_async_context(paper_rasa()) for _ in range(3)])
        yield built
        for several in built.built:
            await several.close()


async def test_a_conversation_stays_with_its_server_in_every_process(servers: Servers) -> None:
    homes = await servers.ask(*PEOPLE)
    assert await servers.ask(*PEOPLE) == homes
    servers.use()
    assert await servers.ask(*PEOPLE) == homes


async def test_conversations_spread_over_all_servers(servers: Servers) -> None:
    shares = Counter((await servers.ask(*PEOPLE)).values())
    assert min(shares.values()) >= 10


async def test_only_the_conversations_of_a_dead_server_move_and_all_others_share_them(
    servers: Servers,
) -> None:
    before = await servers.ask(*PEOPLE)
    await servers.papers[1].dies()
    after = await servers.ask(*PEOPLE)
    assert {person: home for person, home in after.items() if before[person] != 1} == {
        person: home for person, home in before.items() if home != 1
    }
    assert {after[person] for person, home in before.items() if home == 1} == {0, 2}


async def test_who_comes_back_after_a_rest_gets_new_conversations_and_leaves_the_others_where_they_are(
    servers: Servers,
) -> None:
    await servers.papers[1].dies()
    moved = await servers.ask(*PEOPLE)
    await servers.papers[1].lives()
    servers.time += REST - 0.1
    assert 1 not in (await servers.ask(*NEW_PEOPLE[:9])).values()
    servers.time += 0.2
    # One turn looks whether it is back, and the others of that moment pass by.
    await servers.ask(*NEW_PEOPLE[9:20])
    assert 1 in (await servers.ask(*NEW_PEOPLE[20:])).values()
    assert await servers.ask(*PEOPLE) == moved


async def test_a_new_conversation_goes_to_the_server_with_the_fewest_turns_under_way(
    servers: Servers,
) -> None:
    servers.papers[0].thinking.clear()
    readings = [asyncio.ensure_future(servers.read(person)) for person in PEOPLE[:9]]
    _, waiting = await asyncio.wait(readings, timeout=0.2)
    assert len(waiting) == 3
    # Whatever their own order of the servers is.
    assert 0 not in (await servers.ask(*PEOPLE[9:13])).values()
    servers.papers[0].thinking.set()
    await asyncio.gather(*readings)


async def test_a_conversation_waits_for_its_server_while_others_are_free(servers: Servers) -> None:
    await servers.ask("ann")
    paper = servers.home("ann")
    paper.thinking.clear()
    reading = asyncio.ensure_future(servers.read("ann"))
    again = asyncio.ensure_future(servers.read("ann"))
    await asyncio.wait({reading, again}, timeout=0.1)
    paper.thinking.set()
    await asyncio.gather(reading, again)
    assert [asked["sender"] for asked in paper.asked] == ["ann", "ann", "ann"]


async def test_who_is_away_is_looked_at_by_one_turn_at_a_time(servers: Servers) -> None:
    await servers.ask("ann")
    paper = servers.home("ann")
    await paper.dies()
    await servers.ask("ann")
    await paper.lives()
    paper.awake.clear()
    servers.time += REST
    first = asyncio.ensure_future(servers.several.read(turn("ann")))
    done, _ = await asyncio.wait({first}, timeout=0.05)
    assert not done
    await servers.several.read(turn("ann"))
    paper.awake.set()
    await first
    assert "ann" in [asked["sender"] for asked in paper.asked]


async def test_a_server_that_hangs_is_given_up_before_its_turn_times_out(servers: Servers) -> None:
    await servers.ask("ann")
    servers.use(patience=0.05)
    paper = servers.home("ann")
    paper.awake.clear()
    assert (await servers.several.read(turn("ann"))).replies
    assert [asked["sender"] for asked in paper.asked] == ["ann", "ann"]


async def test_a_server_that_thinks_long_and_says_that_it_is_there_is_waited_for(servers: Servers) -> None:
    await servers.ask("ann")
    servers.use(patience=0.02)
    paper = servers.home("ann")
    paper.thinking.clear()
    reading = asyncio.ensure_future(servers.several.read(turn("ann")))
    done, _ = await asyncio.wait({reading}, timeout=0.2)
    assert not done
    paper.thinking.set()
    await reading
    assert sum(len(each.asked) for each in servers.papers) == 2


async def test_so_many_turns_are_under_way_at_one_server_and_no_more(servers: Servers) -> None:
    servers.use(at_once=2)
    for paper in servers.papers:
        paper.thinking.clear()
    readings = [asyncio.ensure_future(servers.several.read(turn(person))) for person in PEOPLE]
    await asyncio.wait(readings, timeout=0.2)
    assert [len(paper.asked) for paper in servers.papers] == [2, 2, 2]
    for paper in servers.papers:
        paper.thinking.set()
    await asyncio.gather(*readings)
    assert max(paper.most for paper in servers.papers) == 2


async def test_who_waits_for_a_server_that_dies_meanwhile_goes_on_to_the_next(servers: Servers) -> None:
    servers.use(at_once=1)
    await servers.ask("ann")
    paper = servers.home("ann")
    paper.thinking.clear()
    readings = [asyncio.ensure_future(servers.several.read(turn("ann"))) for _ in range(3)]
    await asyncio.wait(readings, timeout=0.1)
    await paper.dies()
    assert all(understanding.replies for understanding in await asyncio.gather(*readings))


async def test_a_failure_of_the_turn_itself_asks_nobody_else(servers: Servers) -> None:
    for paper in servers.papers:
        paper.status = 500
    with pytest.raises(AssistantFailed):
        await servers.several.read(turn("ann"))
    assert sum(len(paper.asked) for paper in servers.papers) == 1


async def test_ready_while_one_server_is_there(servers: Servers) -> None:
    await servers.papers[0].dies()
    await servers.papers[1].dies()
    assert await servers.several.ready()
    await servers.papers[2].dies()
    assert not await servers.several.ready()
    with pytest.raises(AssistantUnavailable):
        await servers.several.read(turn("ann"))
