"""What people wait for costs the same in a small database and in a large one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bench.filling import Sizes
from bench.loading import fill_database
from bot.chat import visible
from bot.desk import case as case_page
from bot.desk.platforms import Platforms
from bot.inbox.crowd import accept
from bot.messages import Address, Inbound
from bot.store import (
    agents,
    backlog,
    cases,
    conversations,
    manners,
    outbound,
    outbox,
    queue,
    said,
    search,
    set_aside,
    transcript,
    viewers,
)
from bot.store.manners import Asks
from bot.store.queue import Wanted
from bot.store.rows import Agent, Conversation
from bot.store.store import Store
from bot.store.tables import conversations as all_conversations
from bot.store.tables import messages
from tests import servers
from tests.conftest import ENGINES
from tests.effort import effort
from tests.fakes.clock import FakeClock
from tests.fakes.example import BRAND

NOW = FakeClock()()
SMALL = Sizes(messages=3_000, open_cases=40, longest=60)
LARGE = Sizes(messages=20_000, open_cases=40, longest=3_000)
# An index is a level deeper, and conversations are not of the same length.
MORE = 1.5

open_case = partial(case_page.load, platforms=Platforms({}, BRAND), brand=BRAND)


class Scene(Struct, frozen=True, kw_only=True):
    """Who acts where: an agent, the longest conversation, words that were said."""

    connection: Connection
    agent: Agent
    talk: Conversation
    reference: str
    words: str
    common_word: str

    @property
    def address(self) -> Address:
        return self.talk.address


Act = Callable[[Scene], object]


def lists(**wanted: Any) -> Act:
    return lambda scene: queue.entries(scene.connection, Wanted(limit=10, **wanted), NOW)


def finds(what: Callable[[Scene], str]) -> Act:
    return lambda scene: queue.entries(scene.connection, Wanted(limit=10, search=what(scene)), NOW)


def opens_earlier_part(scene: Scene) -> object:
    place = transcript.latest(scene.connection, scene.talk.id, 30)[0].id
    return open_case(scene.connection, scene.reference, scene.agent, NOW, place)


def writes(scene: Scene) -> object:
    event = Inbound(
        address=scene.address,
        event_id="new",
        message_id="new",
        sent_at=NOW,
        author="Ann",
        text="And one thing more",
    )
    return accept(scene.connection, [event], NOW)


def is_told(**facts: Any) -> Act:
    """The platform tells something of the longest conversation."""

    def tell(scene: Scene) -> object:
        event = Inbound(**{"address": scene.address, "event_id": "told", "message_id": "", **facts})
        return accept(scene.connection, [event], NOW)

    return tell


def writes_and_is_handled(scene: Scene) -> object:
    writes(scene)
    lines = transcript.unhandled(scene.connection, scene.talk.id, 30)
    search.add(scene.connection, lines)
    transcript.mark_handled(scene.connection, lines, NOW)
    return transcript.unhandled(scene.connection, scene.talk.id, 1)


def asks_for_manners(scene: Scene) -> object:
    """All that any rule may limit."""
    talk = scene.talk
    asks = Asks(in_thread=True, today=True, silence=True, began=True, since=NOW - timedelta(hours=12))
    return manners.past(scene.connection, talk, talk.last_seq, NOW, asks)


ACTS: dict[str, Act] = {
    "queue": lists(),
    "waiting": lists(state="waiting"),
    "mine": lists(agent_id=1),
    "closed": lists(state="closed"),
    "counts": lambda scene: queue.counts(scene.connection, scene.agent.id, "care"),
    "find by reference": finds(lambda scene: scene.reference),
    "find by name": finds(lambda scene: scene.talk.author),
    "find by words": finds(lambda scene: scene.words),
    "find by a common word": finds(lambda scene: scene.common_word),
    "find nothing": finds(lambda scene: "nowhere"),
    "open a case": lambda s: open_case(s.connection, s.reference, s.agent, NOW),
    "open an earlier part": opens_earlier_part,
    "open a chat": lambda s: visible.news(s.connection, s.address, 0, None),
    "look for news": lambda s: visible.news(s.connection, s.address, s.talk.last_seq, NOW),
    "find what was accepted": lambda s: visible.accepted(s.connection, s.address, f"m{s.talk.id}-1"),
    "press a button": lambda s: visible.offered(s.connection, s.address, "/nothing"),
    "last of a customer": lambda s: transcript.last_platform_id(s.connection, s.talk.id),
    "write": writes,
    "write, and be handled": writes_and_is_handled,
    "be told of a delivery": is_told(kind="delivered", message_id="m1-2"),
    "be told of what is unknown": is_told(kind="delivered", message_id="nothing"),
    "be told what was read": is_told(kind="read", until=NOW),
    "be told of a colleague": is_told(kind="colleague", message_id="new", text="Hello"),
    "be told of another application": is_told(kind="taken_elsewhere"),
    "look for a private reply": lambda s: outbound.is_replied_in_private(s.connection, s.talk.id, "m1"),
    "begin a turn": lambda s: conversations.claim(s.connection, "me", now=NOW, until=NOW),
    "read what is unhandled": lambda s: transcript.unhandled(s.connection, s.talk.id, 30),
    "look for what waits": lambda s: conversations.waiting(s.connection, NOW, 10),
    "send": lambda s: outbox.claim(s.connection, "me", now=NOW, until=NOW),
    "edit": lambda s: transcript.edit(s.connection, s.talk.id, f"m{s.talk.id}-1", "Hello", NOW),
    "who looks": lambda s: viewers.of_cases(s.connection, [s.talk.case_id or 0], NOW),
    "count what was set aside": lambda s: set_aside.count(s.connection),
    "what was said today": lambda s: said.since(s.connection, NOW - timedelta(minutes=30)),
    "what manners ask": asks_for_manners,
    "figures": lambda s: backlog.backlog(s.connection, NOW),
}


@pytest.fixture(scope="module", params=ENGINES)
def stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Store]]:
    """A small database and a large one."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("databases")
        yield from _filled(f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}")
    else:
        server: servers.Postgres = request.getfixturevalue("postgres")
        with server.fresh(migrated=False) as small, server.fresh(migrated=False) as large:
            yield from _filled(small, large)


def _filled(small: str, large: str) -> Iterator[tuple[Store, Store]]:
    fill_database(small, SMALL, NOW)
    fill_database(large, LARGE, NOW)
    stores = Store(small), Store(large)
    yield stores
    for store in stores:
        store.close()


@pytest.fixture(autouse=True)
def few_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages so short that both databases fill them."""
    monkeypatch.setattr(case_page, "SHOWN", 20)
    monkeypatch.setattr(visible, "SHOWN", 20)
    monkeypatch.setattr(visible, "REACH", 20)
    monkeypatch.setattr(case_page, "ENTRIES", 5)
    monkeypatch.setattr(manners, "REACH", 20)
    monkeypatch.setattr(search, "MOST_MESSAGES", 100)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ACTS)
def test_it_costs_the_same_in_a_large_database(stores: tuple[Store, Store], name: str) -> None:
    small, large = (store.run_now(cost, ACTS[name]) for store in stores)
    assert large <= small * MORE + 20, f"{name}: {small} became {large}"


def test_to_look_at_who_floods_us_costs_the_same_however_much_he_writes(stores: tuple[Store, Store]) -> None:
    small, large = (store.run_now(cost_of_a_flood) for store in stores)
    assert large <= small * MORE + 20


def cost_of_a_flood(connection: Connection) -> int:
    talk = _scene(connection).talk
    flood = connection.begin_nested()
    connection.execute(update(messages).where(messages.c.conversation_id == talk.id).values(handled_at=None))
    effort_of_it = effort(connection, lambda: transcript.unhandled_in(connection, [talk.id], 10))
    flood.rollback()
    return effort_of_it


def cost(connection: Connection, act: Act) -> int:
    scene = _scene(connection)
    return effort(connection, lambda: act(scene))


def _scene(connection: Connection) -> Scene:
    longest = select(all_conversations.c.id).order_by(all_conversations.c.last_seq.desc()).limit(1)
    talk = conversations.load(connection, connection.execute(longest).scalar_one())
    lines = transcript.after(connection, talk.id, 0, limit=50)
    common = Counter(word for line in lines for word in line.text.lower().strip(".").split())
    return Scene(
        connection=connection,
        agent=agents.load(connection, 1),
        talk=talk,
        reference=cases.load(connection, talk.case_id or 0).reference,
        words=lines[0].text,
        common_word=common.most_common(1)[0][0],
    )
