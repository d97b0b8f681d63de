"""Two processes on one database who do the same at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.conversation import transactions
from bot.conversation.transactions import Opening, Outcome
from bot.errors import AlreadyClaimed, TransitionError
from bot.inbox.crowd import accept
from bot.inbox.events import Accepted
from bot.messages import Reply
from bot.store import agents, cases, conversations, outbox, submissions, transcript
from bot.store.cases import NewCase
from bot.store.rows import Case
from bot.store.store import Store
from bot.store.tables import conversations as talks
from bot.store.tables import messages, received
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock
from tests.fakes.example import BRAND

NOW = FakeClock()()
UNTIL = NOW + timedelta(seconds=15)
ROUNDS = 8
# Nobody waits for a test that was given up.
PATIENCE = 10.0
ANSWER = Outcome(replies=(Reply(text="from the bot"),))

T = TypeVar("T")


class Processes:
    """Two stores on one database; each has a thread that acts when the other does."""

    def __init__(self, database: str) -> None:
        self.stores = [Store(database), Store(database)]
        self.numbers = count()
        self._threads = ThreadPoolExecutor(4)

    @property
    def store(self) -> Store:
        """Either of them, for what happens before and after."""
        return self.stores[0]

    def race(self, *acts: Callable[[Store], T]) -> list[T | Exception]:
        """What became of acts that began at the same moment, each in the process of its turn."""
        start = threading.Barrier(len(acts))

        def run(act: Callable[[Store], T], store: Store) -> T | Exception:
            start.wait()
            try:
                return act(store)
            except TransitionError as error:
                return error

        stores = (self.stores[n % 2] for n in range(len(acts)))
        return list(self._threads.map(run, acts, stores))

    def count(self, table: Any) -> int:
        """How many rows a table has."""
        query = select(func.count()).select_from(table)
        number: int = self.store.run_now(lambda connection: connection.execute(query).scalar_one())
        return number

    def close(self) -> None:
        """End both."""
        self._threads.shutdown()
        for store in self.stores:
            store.close()


@pytest.fixture
def processes(database: str) -> Iterator[Processes]:
    built = Processes(database)
    yield built
    built.close()


def hello(connection: Connection, number: int, person: str = "ann") -> int:
    accepted = accept(connection, [event("hello", number=number, at=NOW, person=person)], NOW)
    return accepted.conversations[0] if accepted.conversations else 0


def new_case() -> NewCase:
    return NewCase(
        reason="complaint",
        register="complaint",
        language="en",
        rank=1,
        team="care",
        entities=(),
        acknowledge_by=NOW,
        answer_by=NOW,
    )


def open_case(connection: Connection, conversation_id: int) -> Case:
    reference = cases.new_reference("NB")
    return cases.open_case(connection, conversation_id, reference, new_case(), acknowledged_at=None, now=NOW)


def queue(connection: Connection, conversation_id: int) -> None:
    draft = transcript.Draft(author="bot", text="hello", purpose="answer", delivery="queued")
    line = transcript.append(connection, conversation_id, draft, NOW)
    outbox.put(connection, line, now=NOW, deadline=UNTIL)


def person(store: Store, login: str, role: Any = "agent") -> int:
    added = store.run_now(agents.add, login=login, name=login, role=role, password="pw", now=NOW)
    return added.id


def acts(function: Callable[..., T], *args: object, **kwargs: object) -> Callable[[Store], T]:
    """A transaction, to be done in whichever process."""
    return lambda store: store.run_now(partial(function, **kwargs), *args)


def test_an_event_that_comes_in_at_two_doors_is_taken_in_once(processes: Processes) -> None:
    for number in range(ROUNDS):
        events = [event("hello", number=number, at=NOW, person=f"person-{number}")]
        results = processes.race(*[acts(accept, events, NOW)] * 4)
        assert sorted(result.new for result in results if isinstance(result, Accepted)) == [0, 0, 0, 1]
    assert [processes.count(table) for table in (received, talks, messages)] == [ROUNDS] * 3


def test_first_events_of_one_conversation_that_come_at_once_start_it_once(processes: Processes) -> None:
    for number in range(ROUNDS):
        started = processes.race(*(acts(hello, 4 * number + n, f"person-{number}") for n in range(4)))
        (talk,) = set(started)
        assert isinstance(talk, int)
        assert [line.seq for line in processes.store.run_now(transcript.after, talk, 0)] == [1, 2, 3, 4]
    assert processes.count(talks) == ROUNDS


def test_requests_that_bring_the_same_conversations_in_another_order_are_all_taken_in(
    processes: Processes,
) -> None:
    people = [f"person-{n}" for n in range(10)]
    for number in range(ROUNDS):
        requests = [
            [event("x", number=next(processes.numbers), at=NOW, person=who) for who in order]
            for order in (people, people[::-1])
        ]
        results = processes.race(*(acts(accept, events, NOW) for events in requests))
        assert [result.new for result in results if isinstance(result, Accepted)] == [10, 10], number
    assert processes.count(messages) == ROUNDS * 20


def test_each_turn_is_taken_by_one(processes: Processes) -> None:
    for number in range(40):
        processes.store.run_now(hello, number, f"person-{number}")
    taken: Counter[int] = Counter()

    def take(store: Store) -> None:
        while found := store.run_now(conversations.claim, "x", now=NOW, until=UNTIL, most=3):
            taken.update(found)

    processes.race(*[take] * 4)
    assert taken == Counter(range(1, 41))


def test_each_message_is_sent_by_one_and_in_order(processes: Processes) -> None:
    for number in range(20):
        processes.store.run_now(hello, number, f"person-{number}")
    for talk in processes.store.run_now(lambda c: list(c.execute(select(talks.c.id)).scalars())):
        for _ in range(2):
            processes.store.run_now(queue, talk)
    sent: list[tuple[int, int]] = []

    def deliver(store: Store) -> None:
        for _ in range(30):
            for parcel in store.run_now(outbox.claim, "x", now=NOW, until=UNTIL, most=3):
                sent.append((parcel.conversation.id, parcel.outbound.id))
                store.run_now(outbox.done, parcel.outbound.id)

    processes.race(*[deliver] * 4)
    assert len(sent) == len(set(sent)) == 40
    of_each = {talk: [message for t, message in sent if t == talk] for talk, _ in sent}
    assert all(ids == sorted(ids) for ids in of_each.values())


def test_of_two_agents_who_take_a_case_one_has_it_and_the_other_is_told_who(processes: Processes) -> None:
    ids = {person(processes.store, login): login for login in ("zoe", "max")}
    for number in range(ROUNDS):
        conversation_id = processes.store.run_now(hello, number, f"person-{number}")
        case = processes.store.run_now(open_case, conversation_id)
        results = processes.race(*(acts(cases.claim, case.id, agent, NOW) for agent in ids))
        (won,) = [result for result in results if isinstance(result, Case)]
        (lost,) = [result for result in results if isinstance(result, AlreadyClaimed)]
        assert lost.owner == ids[won.agent_id or 0]


def opened(store: Store) -> Opening:
    """The only turn that is due, taken."""
    (found,) = store.run_now(conversations.claim, "x", now=NOW, until=UNTIL, most=1)
    return store.run_now(transactions.open_turn, found, "x", BRAND)


def test_a_message_that_comes_while_a_turn_ends_gets_a_turn(processes: Processes) -> None:
    for number in range(ROUNDS):
        talk = processes.store.run_now(hello, 2 * number, f"person-{number}")
        ended, _ = processes.race(
            acts(transactions.finish, opened(processes.store), ANSWER, NOW),
            acts(hello, 2 * number + 1, f"person-{number}"),
        )
        assert ended
        assert [line.seq for line in processes.store.run_now(transcript.after, talk, 0)] == [1, 2, 3]
        assert processes.store.run_now(conversations.load, talk).due_at is not None
        processes.store.run_now(conversations.release, talk, due_at=None)


def step_in(connection: Connection, case: Case, agent: int) -> None:
    cases.step_in(connection, case.id, agent, answer_by=NOW, now=NOW)
    draft = transcript.Draft(author="agent", agent_id=agent, text="from Zoe", purpose="agent")
    transcript.append(connection, case.conversation_id, draft, NOW)


def test_the_bot_says_nothing_after_an_agent_has_stepped_in(processes: Processes) -> None:
    zoe = person(processes.store, "zoe")
    for number in range(ROUNDS):
        talk = processes.store.run_now(hello, number, f"person-{number}")
        case = processes.store.run_now(open_case, talk)
        processes.store.run_now(cases.hand_back, case.id, zoe, NOW)
        opening = opened(processes.store)
        processes.race(acts(transactions.finish, opening, ANSWER, NOW), acts(step_in, case, zoe))
        said = [line.author for line in processes.store.run_now(transcript.after, talk, 0)]
        assert said in (["customer", "bot", "agent"], ["customer", "agent"])
        processes.store.run_now(conversations.release, talk, due_at=None)


def test_a_turn_that_ends_while_an_agent_is_stepping_in_says_nothing(processes: Processes) -> None:
    zoe = person(processes.store, "zoe")
    talk = processes.store.run_now(hello, 1)
    case = processes.store.run_now(open_case, talk)
    processes.store.run_now(cases.hand_back, case.id, zoe, NOW)
    opening = opened(processes.store)
    stepping_in, turn_tried = threading.Event(), threading.Event()

    def step_in_slowly(connection: Connection) -> None:
        cases.step_in(connection, case.id, zoe, answer_by=NOW, now=NOW)
        stepping_in.set()
        turn_tried.wait(PATIENCE)

    with ThreadPoolExecutor(2) as threads:
        agent = threads.submit(processes.stores[1].run_now, step_in_slowly)
        stepping_in.wait(PATIENCE)
        turn = threads.submit(processes.stores[0].run_now, transactions.finish, opening, ANSWER, NOW)
        wait([turn], timeout=0.5)
        turn_tried.set()
        agent.result()
        assert not turn.result()


def test_a_form_that_is_sent_twice_at_once_does_its_work_once(processes: Processes) -> None:
    zoe = person(processes.store, "zoe")
    for number in range(ROUNDS):
        new = processes.race(*[acts(submissions.is_new, f"form-{number}", zoe, NOW)] * 4)
        assert sorted(map(bool, new)) == [False, False, False, True]


def test_a_login_is_given_once(processes: Processes) -> None:
    results = processes.race(*[lambda store: person(store, "zoe")] * 2)
    assert {type(result) for result in results} == {int, TransitionError}


def test_two_supervisors_do_not_demote_each_other(processes: Processes) -> None:
    zoe, max_ = (person(processes.store, login, "supervisor") for login in ("zoe", "max"))
    values: dict[str, Any] = {"name": "x", "role": "agent", "team": None, "active": True, "now": NOW}
    results = processes.race(
        acts(agents.change, zoe, by=max_, **values), acts(agents.change, max_, by=zoe, **values)
    )
    assert sum(isinstance(result, TransitionError) for result in results) == 1
