"""Mentions as they are taken in, listed and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.inbox.crowd import accept
from bot.messages import Inbound
from bot.store import housekeeping, mentions, ratings, searches, tables, watching_tables
from bot.store.mentions import MANY, SHOWN, Counts, Mention
from tests.effort import effort
from tests.fakes.channel import event, mention
from tests.fakes.house import House


def take(house: House, *events: Inbound) -> None:
    house.store.run_now(accept, list(events), house.clock())


def speaks(house: House, text: str = "Nimbea again", number: int = 1, **more: str) -> Inbound:
    return mention(text, number=number, at=house.clock(), **more)


def says(house: House, *, account: str = "main") -> Inbound:
    """The same post as a message."""
    return event(
        "@nimbea",
        number=1,
        at=house.clock(),
        person="mia",
        surface="public",
        account=account,
        message_id="post-1",
    )


def weigh(connection: Connection, ranks: Mapping[str, int]) -> None:
    """Let mentions with these texts be as urgent."""
    for text, rank in ranks.items():
        connection.execute(update(watching_tables.mentions).filter_by(text=text).values(rank=rank))


def waiting(house: House) -> list[Mention]:
    return house.store.run_now(mentions.waiting)


def texts(house: House) -> list[str]:
    return [each.text for each in waiting(house)]


async def test_a_mention_is_taken_in_once_and_begins_no_conversation(house: House) -> None:
    post = speaks(house, url="https://fake.example/1", language="en-GB")
    for _ in range(2):
        accepted = await house.inbox.accept([post])
        assert (accepted.messages, accepted.conversations) == (0, ())
    (row,) = waiting(house)
    assert (row.text, row.url, row.language, row.address) == ("Nimbea again", post.url, "en", post.address)
    assert (row.rank, row.register, row.state) == (2, None, "new")
    assert house.store.run_now(lambda c: c.execute(tables.conversations.select()).all()) == []


def by_another(post: Inbound, **more: str) -> Inbound:
    """The same post, as another account finds it."""
    return structs.replace(post, address=structs.replace(post.address, account="other"), **more)


async def test_a_post_that_two_accounts_find_at_once_is_one_mention(house: House) -> None:
    post, now = speaks(house), house.clock()
    finds = (post, by_another(post), by_another(post, event_id="mention/post-7", message_id="post-7"))
    await asyncio.gather(*(house.store.run(accept, [found], now) for found in finds))
    assert len(waiting(house)) == 1


async def test_what_was_seen_to_is_not_found_again_by_another_account(house: House) -> None:
    await house.inbox.accept([speaks(house)])
    (row,) = waiting(house)
    house.store.run_now(mentions.settle, row.id, "new", "dismissed", agent_id=None, now=house.clock())
    await house.inbox.accept([by_another(speaks(house))])
    assert waiting(house) == []


async def test_posts_without_an_address_cannot_be_told_to_be_one(house: House) -> None:
    post = speaks(house, url="")
    await house.inbox.accept([post, by_another(post)])
    assert len(waiting(house)) == 2


async def test_a_post_that_addresses_another_account_is_a_mention_for_this_one(house: House) -> None:
    await house.inbox.accept([says(house, account="other")])
    await house.inbox.accept([speaks(house)])
    assert len(waiting(house)) == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_a_post_that_has_come_as_a_message_is_no_mention(house: House, at_once: bool) -> None:
    if at_once:
        take(house, speaks(house), says(house))
    else:
        take(house, says(house))
        take(house, speaks(house))
    assert waiting(house) == []


@pytest.mark.parametrize("plain", [True, False])
def test_a_mention_that_comes_as_a_message_later_disappears(house: House, plain: bool) -> None:
    take(house, speaks(house), speaks(house, "Nimbea, too", number=2))
    take(house, says(house) if plain else structs.replace(says(house), aliases=("x",)))
    assert texts(house) == ["Nimbea, too"]


def test_what_is_ignored_waits_for_nobody_to_read_it(house: House) -> None:
    take(house, speaks(house))
    (row,) = waiting(house)
    take(house, says(house))
    assert house.store.run_now(mentions.load, row.id).due_at is None


def test_what_was_answered_or_is_of_another_account_does_not_disappear(house: House) -> None:
    take(house, speaks(house))
    take(house, structs.replace(says(house), address=structs.replace(speaks(house).address, account="other")))
    assert len(waiting(house)) == 1


def test_the_gravest_stands_first_and_of_these_the_newest(house: House) -> None:
    take(house, *(speaks(house, str(number), number) for number in range(4)))
    house.store.run_now(weigh, {"1": 0, "3": 1})
    assert texts(house) == ["1", "3", "2", "0"]
    assert house.store.run_now(mentions.counts) == Counts(new=4, urgent=1)


def test_what_was_said_last_stands_first_in_whatever_order_it_was_found(house: House) -> None:
    earlier = structs.replace(speaks(house, "earlier", 2), sent_at=house.clock() - timedelta(minutes=1))
    take(house, speaks(house, "later", 1))
    take(house, earlier)
    assert texts(house) == ["later", "earlier"]


@pytest.mark.parametrize("act", ["message", "is anything due", "take"])
def test_what_happens_often_costs_the_same_however_many_wait(tmp_path: Path, act: str) -> None:
    """On SQLite, which chooses among indexes without a look at the rows."""
    house = House(tmp_path, {})
    later = house.clock() + timedelta(minutes=1)
    acts: Mapping[str, Callable[[Connection], object]] = {
        "message": lambda c: mentions.ignore_said(c, [structs.replace(says(house), message_id="x")], later),
        "is anything due": lambda c: ratings.is_due(c, later),
        "take": lambda c: ratings.claim(c, later, until=later, most=8),
    }

    def cost() -> int:
        return house.store.run_now(lambda c: effort(c, lambda: acts[act](c)))

    read = update(watching_tables.mentions).values(due_at=None)
    take(house, speaks(house))
    house.store.run_now(lambda connection: connection.execute(read))
    few = cost()
    take(house, *(speaks(house, "again", number) for number in range(2, 300)))
    house.store.run_now(lambda connection: connection.execute(read))
    many = cost()
    house.store.close()
    assert many <= few * 1.5 + 200


def test_very_many_are_neither_counted_nor_shown_one_by_one(house: House) -> None:
    take(house, *(speaks(house, "again", number) for number in range(SHOWN + 5)))
    assert len(waiting(house)) == SHOWN
    counts = house.store.run_now(mentions.counts)
    assert (counts.new, counts.new_told) == (MANY, "99+")


def test_one_of_two_who_settle_it_wins(house: House) -> None:
    take(house, speaks(house))

    def dismiss() -> bool:
        return house.store.run_now(mentions.settle, 1, "new", "dismissed", agent_id=None, now=house.clock())

    assert (dismiss(), dismiss()) == (True, False)
    assert (waiting(house), len(house.store.run_now(mentions.settled, "dismissed"))) == ([], 1)


def test_what_is_old_is_forgotten(house: House) -> None:
    take(house, speaks(house))
    house.clock.forward(days=29)
    take(house, speaks(house, "new", number=2))
    house.clock.forward(days=2)
    while house.store.run_now(housekeeping.sweep, house.clock()):
        pass
    assert texts(house) == ["new"]


def test_a_search_that_never_was_has_no_moment(house: House) -> None:
    assert house.store.run_now(searches.looked_at, "fake", "main") is None
    for _ in range(2):
        house.clock.forward(minutes=5)
        house.store.run_now(searches.look, "fake", "main", house.clock())
    assert house.store.run_now(searches.looked_at, "fake", "main") == house.clock()
