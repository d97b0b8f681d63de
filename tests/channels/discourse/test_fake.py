"""The forum of these tests does what Discourse does."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.channels.discourse.contract import SECRETS, USERNAME
from tests.fakes.discourse import FakeDiscourse
from tests.fakes.discourse.forum import Topic

HEADERS = {"Api-Key": SECRETS["token"], "Api-Username": USERNAME}
LONG = "A text that is long enough for a forum."


@pytest.fixture
def topic(forum: FakeDiscourse) -> Topic:
    return forum.topic("A bag")


async def ask(forum: FakeDiscourse, **fields: Any) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.post(f"{forum.base_url}/posts.json", json=fields) as answer,
    ):
        return answer.status, await answer.json()


async def test_short_and_similar_posts_are_refused_unless_the_key_says_otherwise(
    forum: FakeDiscourse, topic: Topic
) -> None:
    assert (await ask(forum, topic_id=topic.id, raw=LONG))[0] == 200
    for raw in ("Yes.", f" {LONG.upper()}"):
        status, body = await ask(forum, topic_id=topic.id, raw=raw)
        assert (status, body["action"]) == (422, "create_post")
        assert (await ask(forum, topic_id=topic.id, raw=raw, skip_validations=True))[0] == 200
    assert (await ask(forum, topic_id=topic.id, raw="x " * 16_001))[0] == 422


async def test_same_request_is_answered_with_the_same_post(forum: FakeDiscourse, topic: Topic) -> None:
    first, second = [await ask(forum, topic_id=topic.id, raw=LONG) for _ in range(2)]
    assert first == second
    assert len(forum.sent) == 1


async def test_stranger_is_refused(forum: FakeDiscourse) -> None:
    for headers in ({}, {**HEADERS, "Api-Key": "another"}, {**HEADERS, "Api-Username": "ann"}):
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{forum.base_url}/posts.json") as answer,
        ):
            assert (answer.status, (await answer.json())["error_type"]) == (403, "invalid_access")


@pytest.mark.parametrize(("status", "tries"), [(200, 1), (404, 1), (410, 1), (500, 5), (401, 5)])
async def test_webhook_is_tried_again_four_times_where_that_may_help(
    forum: FakeDiscourse, topic: Topic, status: int, tries: int
) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.add_routes([web.post("/", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    forum.posts_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await forum.says("Where is it?", topic=topic)
    await runner.cleanup()
    assert forum.tries == tries
