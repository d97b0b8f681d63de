import asyncio
import bisect

import pytest

from bot.desk import live
from bot.desk.live import Snapshot, Streams, changes
from tests.fakes.desk import REFERENCE, Client, DeskHouse, act, next_event


def snapshot(*items: tuple[str, str], head: str = "a") -> Snapshot:
    return Snapshot(parts={"head": head}, lists={"queue": dict(items)})


def test_the_first_snapshot_is_sent_whole() -> None:
    news = changes(None, snapshot(("1", "x")))
    assert news.parts == {"head": "a"}
    assert news.lists == {"queue": [("1", "x")]}


def test_nothing_is_sent_when_nothing_changed() -> None:
    assert not changes(snapshot(("1", "x")), snapshot(("1", "x")))


def test_only_changed_items_are_sent_with_the_order_of_all() -> None:
    news = changes(snapshot(("1", "x"), ("2", "y")), snapshot(("2", "y"), ("1", "z"), ("3", "w")))
    assert news.parts == {}
    assert news.lists == {"queue": [("2", None), ("1", "z"), ("3", "w")]}


def test_a_new_order_alone_is_a_change() -> None:
    news = changes(snapshot(("1", "x"), ("2", "y")), snapshot(("2", "y"), ("1", "x")))
    assert news.lists == {"queue": [("2", None), ("1", None)]}


def test_a_page_that_looks_alone_looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PACE", 0.2)
    streams = Streams()
    assert [streams.rest(0.02, now) for now in (0.0, 0.2, 0.4, 60.0)] == [0.2] * 4


def test_all_pages_together_look_for_a_share_of_the_time_only() -> None:
    streams = Streams()
    looks = sorted((now / 1000, page) for page, now in enumerate(range(30)))
    spent = 0.0
    while looks[0][0] < 60:
        now, page = looks.pop(0)
        spent += 0.05
        bisect.insort(looks, (now + streams.rest(0.05, now), page))
    # And once each when they were opened.
    assert spent == pytest.approx(60 * live.SHARE + 30 * 0.05, rel=0.1)


def test_however_many_pages_there_are_each_looks_now_and_then() -> None:
    streams = Streams()
    assert max(streams.rest(1.0, 0.0) for _ in range(100)) == live.PATIENCE


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PACE", 0.0)


async def test_a_new_case_appears_in_the_queue_by_itself(house: DeskHouse, ann: Client) -> None:
    stream = await ann.get("/desk/events")
    assert (await next_event(stream))["lists"]["queue"] == []
    house.case("My bag is lost")
    event = await next_event(stream)
    assert event["lists"]["queue"][0][0] == f"case-{REFERENCE}"
    assert "My bag is lost" in event["lists"]["queue"][0][1]
    assert 'data-waiting="1"' in event["parts"]["summary"]
    stream.close()


async def test_a_message_and_a_change_of_owner_appear_in_the_case(house: DeskHouse, ann: Client) -> None:
    house.case()
    stream = await ann.get(f"/desk/cases/{REFERENCE}/events")
    assert len((await next_event(stream))["lists"]["messages"]) == 1
    house.says("Are you there?")
    items = (await next_event(stream))["lists"]["messages"]
    assert items[0][1] is None
    assert "Are you there?" in items[1][1]
    await act(ann, "claim")
    assert "claimed" in (await next_event(stream))["parts"]["head"]
    stream.close()


async def test_a_stream_ends_with_its_session(house: DeskHouse, ann: Client) -> None:
    stream = await ann.get("/desk/events")
    await next_event(stream)
    house.clock.forward(hours=13)
    house.bell.ring("queue")
    assert await next_event(stream) == {"over": True}
    stream.close()


async def test_streams_do_not_hold_up_the_end_of_the_gateway(house: DeskHouse, ann: Client) -> None:
    await next_event(await ann.get("/desk/events"))
    await asyncio.wait_for(ann.server.close(), 3)
