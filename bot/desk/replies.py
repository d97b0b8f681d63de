"""What agents say to customers: one function is one transaction, and none knows of HTTP.

A customer is answered by one agent: to reply is to claim, and a colleague's case must be taken
over first. What the platform would refuse is refused here, with a reason.
"""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot import details
from bot.brand import ApprovedText, Brand
from bot.conversation import speaking, texts
from bot.conversation.speaking import Speech
from bot.desk import targets
from bot.desk.actions import (
    DELIVERY,
    Act,
    Written,
    check_text,
    conversation_of,
    held,
    language_of,
    send,
    write_record,
)
from bot.desk.platforms import Platforms
from bot.desk.targets import Target
from bot.errors import NotFound, ReplyRefused, TransitionError
from bot.messages import Template
from bot.store import cases, links, outbound, outbox, search, submissions, transcript
from bot.store.rows import Case, Line
from bot.store.transcript import Draft


class OnItsWay(TransitionError):
    """A message that is on its way, or arrived, is not sent again."""


class Filled(Struct, frozen=True, kw_only=True):
    """An approved text with what fills its blanks; `token` as in `Written`."""

    name: str
    language: str
    parameters: tuple[str, ...]
    token: str


def reply(
    connection: Connection, act: Act, written: Written, *, where: str, brand: Brand, platforms: Platforms
) -> Line | None:
    """Send a text to the customer; None if this very form was sent before.

    `where` is the key of a `Target`. Claims a waiting case. Raises `AlreadyClaimed` where a
    colleague owns it and `ReplyRefused` where the text must not be sent.
    """
    if not submissions.is_new(connection, written.token, act.agent.id, act.at):
        return None
    check_text(written.text)
    target = _claimed(connection, act, where, platforms)
    if target.surface == "public":
        check_public(written.text, brand)
    targets.check(target, written.text)
    draft = Draft(
        author="agent",
        agent_id=act.agent.id,
        purpose="agent",
        text=written.text.strip(),
        reply_to=target.reply_to,
        in_private=target.in_private,
        delivery="queued",
    )
    line = _write(connection, target, draft, act)
    action = "replied_in_private" if target.in_private else "replied"
    write_record(connection, act, action, target.talk.id, seq=line.seq, surface=target.surface)
    return line


def send_approved(
    connection: Connection, act: Act, filled: Filled, *, where: str, platforms: Platforms
) -> Line | None:
    """Send a text that the platform has approved; None if this very form was sent before."""
    if not submissions.is_new(connection, filled.token, act.agent.id, act.at):
        return None
    target = _claimed(connection, act, where, platforms)
    approved = _approved(target, filled)
    parameters = tuple(" ".join(each.split()) for each in filled.parameters)
    if len(parameters) != approved.blanks or not all(parameters):
        raise ReplyRefused("blanks")
    text = approved.filled(parameters)
    targets.check_length(target, text)
    draft = Draft(
        author="agent",
        agent_id=act.agent.id,
        purpose="agent",
        text=text,
        template=Template(name=approved.name, language=approved.language, parameters=parameters),
        delivery="queued",
    )
    line = _write(connection, target, draft, act)
    write_record(connection, act, "sent_approved", target.talk.id, seq=line.seq, name=approved.name)
    return line


def send_link(
    connection: Connection, act: Act, *, token: str, where: str, brand: Brand, platforms: Platforms
) -> Line | None:
    """Ask the customer in public to go on in private; None if this very form was sent before."""
    if not submissions.is_new(connection, token, act.agent.id, act.at):
        return None
    target = _claimed(connection, act, where, platforms)
    if target.surface == "private" or not target.platform.has_link:
        raise ReplyRefused("no_link")
    link = target.platform.link(links.create(connection, target.talk.id, act.at)) or ""
    case = cases.load(connection, act.case_id)
    language = language_of(target.talk, case, brand)
    text = texts.say(brand.texts.continue_in_private, language, brand, link=link)
    draft = Draft(author="bot", purpose="notice", text=text, reply_to=target.reply_to, delivery="queued")
    speech = Speech(conversation=target.talk, draft=draft, deadline=act.at + DELIVERY, now=act.at)
    lines = speaking.say(connection, speech)
    write_record(connection, act, "link_sent", target.talk.id, seq=lines[-1].seq)
    return lines[-1]


def retry(connection: Connection, act: Act, *, message_id: int, platforms: Platforms) -> Line:
    """Send a message again that did not arrive; raises `OnItsWay` if it is on its way.

    Raises `ReplyRefused` where the platform does not take it any more.
    """
    case = held(connection, act)
    line = transcript.load(connection, message_id)
    target = _target_of(connection, act, case, line, platforms)
    if not outbound.requeue(connection, message_id):
        raise OnItsWay("the message is on its way or arrived")
    deadline = act.at + DELIVERY
    outbox.put(connection, line, now=act.at, deadline=min(deadline, target.window.ends or deadline))
    write_record(connection, act, "retried", line.conversation_id, seq=line.seq)
    return line


def check_public(text: str, brand: Brand) -> None:
    """Refuse to publish personal details; the brand's own addresses are none."""
    domain = brand.site.removeprefix("https://").removeprefix("http://").strip("/")
    own = domain.removeprefix("www.")
    kinds = [
        detail.kind
        for detail in details.find(text)
        if not (detail.kind == "email" and text[detail.start : detail.end].endswith(f"@{own}"))
    ]
    if kinds:
        raise ReplyRefused("personal_details", tuple(dict.fromkeys(kinds)))


def _claimed(connection: Connection, act: Act, where: str, platforms: Platforms) -> Target:
    """The place that is written to, in a case that is now the agent's."""
    conversation_id, in_private = targets.named(where)
    case = cases.claim(connection, act.case_id, act.agent.id, act.at)
    talk = conversation_of(connection, case, conversation_id)
    return targets.find(connection, talk, platforms, act.at, in_private=in_private)


def _write(connection: Connection, target: Target, draft: Draft, act: Act) -> Line:
    line = send(connection, target.talk, draft, act, ends=target.window.ends)
    search.add(connection, [line])
    return line


def _approved(target: Target, filled: Filled) -> ApprovedText:
    wanted = (filled.name, filled.language)
    for each in target.platform.templates:
        if target.talk.surface == "private" and (each.name, each.language) == wanted:
            return each
    raise NotFound(f"there is no approved text {filled.name!r} in {filled.language!r}")


def _target_of(connection: Connection, act: Act, case: Case, line: Line, platforms: Platforms) -> Target:
    """Where a message was to go; its own private answer is no reason to refuse it."""
    talk = conversation_of(connection, case, line.conversation_id)
    target = targets.find(connection, talk, platforms, act.at, in_private=line.in_private)
    if target.why not in ("", "private_reply_used") and line.template is None:
        raise ReplyRefused(target.why)
    return target
