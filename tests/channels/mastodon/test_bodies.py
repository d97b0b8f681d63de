"""What the feed finds out of a status, which does not tell it: its thread, edits, who answered it."""

from __future__ import annotations

from typing import Any

from tests.fakes.follower import Follower
from tests.fakes.paper_instance import CLOSE, PaperInstance, mention, status


async def test_root_of_a_thread_is_asked_for_once(paper: PaperInstance, follower: Follower) -> None:
    paper.contexts["5"] = {"ancestors": [status("1"), status("3")]}
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5", in_reply_to_id="3")))
    assert (await waiting).address.chat == "1"
    await paper.push("notification", mention("10", status("6", in_reply_to_id="5")))
    assert (await follower.next()).address.chat == "1"


async def test_mention_that_is_gone_when_we_look_is_no_mention(
    paper: PaperInstance, follower: Follower
) -> None:
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5", in_reply_to_id="3")))
    await paper.push("notification", mention("10", status("6")))
    assert (await waiting).message_id == "6"


async def test_edits_and_deletions_of_mentions_come(paper: PaperInstance, follower: Follower) -> None:
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5", visibility="direct")))
    place = (await waiting).address
    await paper.push(
        "status.update", status("5", "better", visibility="direct", edited_at="2026-11-01T11:00:00Z")
    )
    edited = await follower.next()
    assert (edited.kind, edited.text, edited.address) == ("edited", "better", place)
    await paper.push("delete", "4")  # of which we know nothing
    await paper.push("delete", "5")
    deleted = await follower.next()
    assert (deleted.kind, deleted.message_id, deleted.address) == ("deleted", "5", place)


async def test_edit_that_no_stream_told_of_is_found_after_the_next_gap(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.notifications = [mention("9", status("5"))]
    paper.marker = "8"
    await follower.next()
    waiting = follower.soon()
    paper.notifications = [mention("9", status("5", "better", edited_at="2026-11-01T11:00:00Z"))]
    await paper.write(CLOSE)
    event = await waiting
    assert (event.kind, event.text) == ("edited", "better")


async def test_deletion_of_what_came_before_the_start_is_told(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.notifications = [mention("9", status("5", in_reply_to_id="3"))]
    paper.contexts["3"] = {"ancestors": [status("1")]}
    waiting = follower.soon()
    await paper.push("delete", "5")
    event = await waiting
    assert (event.kind, event.address.chat) == ("deleted", "1")


def answer(number: str, to: str, program: str | None, **more: Any) -> dict[str, Any]:
    ann = {"id": "77", "acct": "ann@other.example", "username": "ann", "url": "https://other.example/@ann"}
    told = {
        "account": {"id": "1", "acct": "shop", "username": "shop"},
        "content": "<p>@ann@other.example It is here.</p>",
        "mentions": [ann],
        "in_reply_to_id": to,
        "in_reply_to_account_id": "77",
        "application": {"name": program} if program else None,
    }
    return status(number, **{**told, **more})


async def test_colleague_who_answers_with_another_program_is_told_and_relais_itself_is_not(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.contexts["7"] = {"ancestors": [status("5")]}
    waiting = follower.soon()
    await paper.push("update", answer("6", "5", "Relais"))
    await paper.push("update", answer("7", "5", "Web"))
    event = await waiting
    assert (event.kind, event.message_id, event.text) == ("colleague", "7", "It is here.")
    assert event.address.key == "public/5//ann@other.example"


async def test_colleague_who_writes_first_in_private_is_told(
    paper: PaperInstance, follower: Follower
) -> None:
    waiting = follower.soon()
    await paper.push("update", answer("6", "", None, in_reply_to_account_id=None))  # for everybody
    alone = {"in_reply_to_id": None, "in_reply_to_account_id": None, "visibility": "direct"}
    await paper.push("update", answer("7", "", "Web", **alone))
    event = await waiting
    assert (event.message_id, event.address.key) == ("7", "private/ann@other.example")


async def test_answer_that_a_colleague_gave_meanwhile_comes_with_the_mention(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.marker, paper.notifications = "8", [mention("9", status("5", replies_count=3))]
    others = [answer("6", "5", "Relais"), answer("7", "5", "Web"), answer("8", "7", "Web"), status("10")]
    paper.contexts["5"] = {"descendants": [*others, "odd"]}
    asked, answered = await follower.batch()
    assert (asked.message_id, answered.message_id, answered.kind) == ("5", "7", "colleague")


async def test_answer_that_a_colleague_gave_while_nobody_listened_is_found(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.own = [answer("4", "2", "Web")]  # of which nobody wants to know any more
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5")))
    await waiting
    waiting = follower.soon()
    paper.own += [answer("6", "5", "Relais"), answer("7", "5", "Web")]
    paper.contexts["7"] = {"ancestors": [status("5")]}
    await paper.write(CLOSE)
    event = await waiting
    assert (event.kind, event.message_id, event.address.chat) == ("colleague", "7", "5")
