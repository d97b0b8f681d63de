"""What is made of mentions; and that nobody is ever written to because of one."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from bot.assistant.scripted import understood
from bot.brand import Account
from bot.conversation import rating
from bot.conversation.rating import ATTEMPTS, AWAY, next_attempt, words_of
from bot.errors import AssistantFailed, AssistantUnavailable
from bot.messages import Inbound
from bot.store import bell, mentions, ratings, record, tables
from bot.store.mentions import Mention
from tests.fakes.channel import event, mention
from tests.fakes.house import House

GRAVE = "There is smoke in the cabin of Nimbea, help"
SCRIPT = {
    "smoke": understood("question", "question", confidence=0.4),
    "lost": understood("problem", "problem", "I am sorry.", language="en"),
    "cabin bag": understood("question_cabin_bag", "question", "One bag."),
    "what if": understood("idea", "idea", "A fine idea."),
}


async def posted(house: House, *texts: str, **more: Any) -> None:
    number = len(house.store.run_now(mentions.waiting))
    events = [mention(text, number=number + n, at=house.clock(), **more) for n, text in enumerate(texts)]
    await house.inbox.accept(events)


def known(house: House, mention_id: int = 1) -> Mention:
    return house.store.run_now(mentions.load, mention_id)


def urgent(house: House) -> list[str]:
    entries = house.store.run_now(lambda c: c.execute(tables.record.select()).all())
    return [entry.action for entry in entries]


async def test_a_mention_is_read_and_weighed_as_the_brand_routes_messages(house: House) -> None:
    await posted(house, "Nimbea lost my bag", "How big may a cabin bag be at Nimbea?", "what if Nimbea...")
    assert (await house.rates.look(), await house.rates.look()) == (3, 0)
    told = [(known(house, n).register, known(house, n).rank, known(house, n).confidence) for n in (1, 2, 3)]
    assert told == [("problem", 1, 0.95), ("question", 2, 0.95), ("idea", 3, 0.95)]
    assert (known(house).language, known(house).due_at) == ("en", None)
    assert [turn.surface for turn in house.assistant.asked] == ["public"] * 3
    assert urgent(house) == []


async def test_what_the_guard_finds_is_urgent_whatever_the_assistant_thinks(house: House) -> None:
    await posted(house, GRAVE)
    with house.bell.listen(bell.QUEUE) as desk:
        await house.rates.look()
        assert desk.take()
    row = known(house)
    assert (row.rank, row.register, row.finding) == (0, "crisis", "danger")
    assert "data/guard" in row.why or ".yml" in row.why
    assert urgent(house) == ["mention_urgent"]
    assert house.store.run_now(mentions.counts).urgent == 1


async def test_without_an_assistant_the_finding_shows_and_the_rating_comes_later(house: House) -> None:
    house.assistant.failing = AssistantUnavailable("loading")
    await posted(house, GRAVE, "Nimbea lost my bag")
    await house.rates.look()
    assert (known(house).rank, known(house).finding, known(house).register) == (0, "danger", None)
    assert (known(house, 2).rank, known(house, 2).attempts) == (2, 0)
    assert len(house.assistant.asked) == 1
    assert await house.rates.look() == 0
    house.assistant.failing = None
    house.clock.forward(seconds=AWAY.total_seconds())
    assert await house.rates.look() == 2
    assert (known(house).register, known(house, 2).register) == ("crisis", "problem")
    assert urgent(house) == ["mention_urgent"]


async def test_an_assistant_that_is_away_for_long_uses_up_no_attempts(house: House) -> None:
    house.assistant.failing = AssistantUnavailable("loading")
    await posted(house, "Nimbea lost my bag")
    for _ in range(ATTEMPTS + 2):
        await house.rates.look()
        house.clock.forward(seconds=AWAY.total_seconds())
    house.assistant.failing = None
    await house.rates.look()
    assert known(house).register == "problem"


async def test_one_whose_reading_fails_again_and_again_stays_unrated_and_shown(house: House) -> None:
    house.assistant.failing = AssistantFailed("no")
    await posted(house, "Nimbea lost my bag")
    looks = 0
    while known(house).due_at:
        looks += await house.rates.look()
        house.clock.forward(minutes=1)
    assert (looks, known(house).register, known(house).state) == (ATTEMPTS, None, "new")
    assert len(house.store.run_now(mentions.waiting)) == 1


async def test_one_on_which_our_own_code_fails_does_not_hold_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(house, "Nimbea lost my poison", "Nimbea lost my bag")

    def words(row: Mention) -> str:
        if "poison" in row.text:
            raise KeyError("x")
        return words_of(row)

    monkeypatch.setattr(rating, "words_of", words)
    await house.rates.look()
    assert (known(house).register, known(house, 2).register) == (None, "problem")


async def test_one_that_ended_each_process_that_read_it_is_given_up(house: House) -> None:
    await posted(house, "Nimbea lost my bag")
    for _ in range(ATTEMPTS):
        now = house.clock()
        assert len(house.store.run_now(ratings.claim, now, until=now, most=8)) == 1
        house.clock.forward(seconds=1)
    await house.rates.look()
    assert (house.assistant.asked, known(house).due_at) == ([], None)


async def test_what_another_has_taken_meanwhile_is_his(house: House) -> None:
    await posted(house, "Nimbea lost my bag")
    now = house.clock()
    (slow,) = house.store.run_now(ratings.claim, now, until=now, most=8)
    await house.rates.look()
    house.store.run_now(ratings.postpone, slow, now, counts=True)
    assert known(house).due_at is None


async def test_the_brands_own_posts_and_those_that_came_as_messages_are_ignored(house: House) -> None:
    account = Account(channel="fake", id="main", market="uk", options={"handle": "own", "search": "mia"})
    house.brand = structs.replace(house.brand, accounts=(*house.brand.accounts, account))
    house.restart()
    await posted(house, "Nimbea lost it", person="own")
    await posted(house, "Nimbea lost it", person="mia")
    await house.rates.look()
    assert (known(house).state, known(house, 2).state, len(house.assistant.asked)) == ("ignored", "new", 1)


async def test_a_post_without_words_is_shown_as_it_is(house: House) -> None:
    await posted(house, "")
    await house.rates.look()
    assert (known(house).register, known(house).rated_at, house.assistant.asked) == (
        "other",
        house.clock(),
        [],
    )


async def test_it_goes_on_by_itself_when_the_bell_rings(house: House) -> None:
    task = asyncio.create_task(house.rates.run())
    await asyncio.sleep(0)
    await posted(house, "Nimbea lost my bag")
    for _ in range(200):
        if known(house).register:
            break
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait({task})
    assert known(house).register == "problem"


def test_what_is_typed_is_never_an_order_to_the_assistant(house: House) -> None:
    post = mention("/restart\n /stop now", number=1, at=None)
    house.store.run_now(mentions.take, post, house.clock())
    assert words_of(known(house)) == "restart\nstop now"


def test_the_rest_after_a_failure_doubles_and_ends(house: House) -> None:
    rests = [next_attempt(attempts, house.clock()) for attempts in (1, 2, 3)]
    assert [rest and (rest - house.clock()).total_seconds() for rest in rests] == [10, 20, None]


WORDS = st.sampled_from(
    [
        "@nimbea",
        "nimbea",
        "stop",
        "lost",
        "cabin bag",
        "smoke",
        "I will kill myself",
        "human",
        "/greet",
        "\n",
        "?",
    ]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=8).map(" ".join)
POSTS = st.lists(
    st.builds(
        lambda text, number, thread, person: mention(
            text, number=number, at=None, person=person, reply_to=thread
        ),
        TEXTS,
        st.integers(0, 5),
        st.sampled_from(["", "post-1"]),
        st.sampled_from(["ann", "mia", "main", "nimbea_fr"]),
    ),
    max_size=8,
)


@given(posts=POSTS, is_away=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_said_of_the_brand_nobody_hears_a_word_from_the_bot(
    posts: list[Inbound], is_away: bool
) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder), SCRIPT)
        with closing(house.store):
            asyncio.run(_everything(house, posts, is_away))
            messages = house.store.run_now(lambda c: c.execute(tables.messages.select()).all())
            opened = house.store.run_now(lambda c: c.execute(tables.cases.select()).all())
            talks = house.store.run_now(lambda c: c.execute(tables.conversations.select()).all())
    assert (house.channel.outbounds, house.channel.typed, messages, opened, talks) == ([], [], [], [], [])


async def _everything(house: House, posts: list[Inbound], is_away: bool) -> None:
    """All that workers do, while the assistant is there or not, until nothing is left to do."""
    house.assistant.failing = AssistantUnavailable("loading") if is_away else None
    await house.inbox.accept(posts)
    for _ in range(3):
        await house.rates.look()
        await house.works()
        await house.triage.look()
        await house.works()
        house.clock.forward(minutes=1)
        house.assistant.failing = None


async def test_who_writes_to_the_brand_after_a_mention_is_answered_as_anybody(house: House) -> None:
    await posted(house, "Nimbea lost my bag")
    await house.rates.look()
    address = known(house).address
    await house.inbox.accept(
        [
            structs.replace(
                event("@nimbea how big may my cabin bag be?", number=7, at=house.clock()), address=address
            )
        ]
    )
    await house.works()
    assert house.channel.texts == ["One bag."]
    assert len(house.store.run_now(mentions.waiting)) == 1
    assert house.store.run_now(record.of_case, 0, [1]) is not None
