"""Many requests in one transaction: each is taken as if it had come alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.inbox.crowd import accept, accept_all
from bot.inbox.events import Accepted
from bot.messages import Attachment, Inbound
from bot.store import migrate, transcript
from bot.store.conversations import load
from bot.store.rows import Conversation
from bot.store.store import Store
from bot.store.tables import conversations
from tests.fakes.channel import event
from tests.fakes.clock import FakeClock

NOW = FakeClock()()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store(database)
    migrate.upgrade(opened)
    yield opened
    opened.close()


def message(number: int, person: str = "ann", text: str = "") -> Inbound:
    return event(text or f"text {number}", number=number, at=NOW, person=person)


def take(store: Store, *requests: list[Inbound]) -> list[Accepted]:
    return store.run_now(accept_all, requests, NOW)


def texts(store: Store, conversation_id: int) -> list[tuple[int, str]]:
    lines = store.run_now(transcript.after, conversation_id, 0)
    return [(line.seq, line.text) for line in lines]


def test_messages_of_many_people_are_all_written_down(store: Store) -> None:
    people = [f"person {number}" for number in range(40)]
    accepted = take(store, *([message(n, person)] for n, person in enumerate(people)))
    assert [it.messages for it in accepted] == [1] * 40
    assert len({it.conversations for it in accepted}) == 40
    for number, it in enumerate(accepted):
        assert texts(store, it.conversations[0]) == [(1, f"text {number}")]


def test_messages_of_one_person_keep_their_order_over_requests(store: Store) -> None:
    take(store, [message(1)])
    first, second = take(store, [message(2), message(3)], [message(4)])
    assert first.conversations == second.conversations
    assert texts(store, first.conversations[0]) == [(n, f"text {n}") for n in (1, 2, 3, 4)]


def test_event_that_two_requests_bring_is_taken_once(store: Store) -> None:
    first, second = take(store, [message(1)], [message(1), message(2)])
    assert (first.new, first.known) == (1, 0)
    assert (second.new, second.known) == (1, 1)
    assert texts(store, first.conversations[0]) == [(1, "text 1"), (2, "text 2")]


def test_edit_that_comes_with_its_message_finds_it(store: Store) -> None:
    edit = replace(event("better", number=2, at=NOW, kind="edited"), message_id="message-1")
    (accepted,) = take(store, [message(1), edit])
    assert texts(store, accepted.conversations[0]) == [(1, "better")]


def test_who_goes_by_another_name_goes_on_in_his_conversation(store: Store) -> None:
    known = replace(message(1), aliases=("old",))
    now_named = message(2, person="old")
    (first,) = take(store, [known])
    (second,) = take(store, [now_named])
    assert second.conversations == first.conversations


def test_language_of_a_client_is_kept_from_its_first_message(store: Store) -> None:
    spanish, english = (replace(message(n), language=name) for n, name in ((1, "es-MX"), (2, "en")))
    (accepted,) = take(store, [spanish, english])
    assert _conversation(store, accepted).language == "es"


def test_all_that_a_message_tells_is_written_down(store: Store) -> None:
    told = replace(
        message(1, text='🌧 "quoted", \\ and :now'),
        author="Ann",
        attachments=(Attachment(kind="photo", reference="file-1", name="rain.jpg"),),
        reply_to="message-0",
        text_is_payload=True,
        shown="Rain",
    )
    (accepted,) = take(store, [told])
    (line,) = store.run_now(transcript.after, accepted.conversations[0], 0)
    assert (line.text, line.shown, line.is_payload) == (told.text, told.shown, True)
    assert (line.attachments, line.reply_to) == (told.attachments, told.reply_to)
    assert (line.author, line.platform_id, line.sent_at, line.created_at) == (
        "customer",
        "message-1",
        NOW,
        NOW,
    )
    assert _conversation(store, accepted).address == told.address
    assert _conversation(store, accepted).author == "Ann"


def test_when_a_customer_wrote_last_never_goes_back(store: Store) -> None:
    (accepted,) = take(store, [message(1)])
    take(store, [replace(message(2), sent_at=NOW - timedelta(hours=1))])
    assert _conversation(store, accepted).said_at == NOW


def test_turn_is_due_and_nothing_is_for_a_repetition(store: Store) -> None:
    (accepted,) = take(store, [message(1)])
    assert _conversation(store, accepted).due_at == NOW
    store.run_now(lambda connection: connection.execute(conversations.update().values(due_at=None)))
    assert store.run_now(accept, [message(1)], NOW).messages == 0
    assert _conversation(store, accepted).due_at is None


def _conversation(store: Store, accepted: Accepted) -> Conversation:
    return store.run_now(load, accepted.conversations[0])
