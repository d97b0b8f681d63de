"""Saying below a public complaint that it was solved in private: once, and only with consent.

The customer is asked in private and answers with a button or in words of his own; whether words of
his own are a yes is for the agent to say. Asking, consent and the public text are entries of the
record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from bot.brand import Brand, Texts
from bot.conversation import speaking, texts
from bot.conversation.speaking import Speech
from bot.desk.actions import DELIVERY, Act, hears_the_bot, held, language_of, write_record
from bot.desk.platforms import Platforms
from bot.errors import ReplyRefused
from bot.messages import Button
from bot.store import cases, conversations, record, recorded, submissions, transcript
from bot.store.rows import Case, Conversation, Line, Recorded
from bot.store.transcript import Draft

State = Literal["open", "asked", "given", "refused", "said"]

# The entries of the record, and how it stands after each.
ASKED, GIVEN, GIVEN_FOR = "consent_asked", "consent_given", "consent_given_for"
SAID = "solved_in_private"
_STATES: Mapping[str, State] = {ASKED: "asked", GIVEN: "given", GIVEN_FOR: "given", SAID: "said"}


class Consent(Struct, frozen=True, kw_only=True):
    """How it stands since when with a case that has a public and a private side.

    `sentence` is what would be said in public, in `language`. `answer` is the message with which
    the customer agreed, None where an agent says that he did.
    """

    public: Conversation
    private: Conversation
    sentence: str
    language: str
    state: State = "open"
    at: datetime | None = None
    answer: Line | None = None


def look(
    connection: Connection,
    case: Case,
    talks: Iterable[Conversation],
    brand: Brand,
    entries: Iterable[Recorded] | None = None,
) -> Consent | None:
    """How it stands; None where there is nothing to be said in public.

    Pages, which must cost the same however long a conversation is, give the last `entries` of the
    record; who acts on it asks for all.
    """
    sides = {talk.surface: talk for talk in talks}
    if len(sides) < 2:
        return None
    public, private = sides["public"], sides["private"]
    if entries is None:
        entries = recorded.of_actions(connection, [public.id, private.id], _STATES)
    language = language_of(public, case, brand)
    sentence = texts.say(brand.texts.solved_in_private, language, brand, reference=case.reference)
    consent = Consent(public=public, private=private, sentence=sentence, language=language)
    steps = [entry for entry in entries if entry.action in _STATES]
    for entry in steps:
        if entry.action == SAID and entry.conversation_id == public.id:
            return replace(consent, state="said", at=entry.at)
    state, at, answer = _last(connection, [entry for entry in steps if entry.case_id == case.id], brand)
    return replace(consent, state=state, at=at, answer=answer)


def ask(connection: Connection, act: Act, *, token: str, brand: Brand, platforms: Platforms) -> Line | None:
    """Ask the customer in private, once; None if this very form was sent before."""
    if not submissions.is_new(connection, token, act.agent.id, act.at):
        return None
    case, consent = _claimed(connection, act, brand)
    if consent.state != "open":
        raise ReplyRefused("asked_already")
    if not hears_the_bot(consent.private, platforms, act.at):
        raise ReplyRefused("cannot_ask")
    language = language_of(consent.private, case, brand)
    draft = Draft(
        author="bot",
        purpose="notice",
        text=texts.say(brand.texts.ask_consent, language, brand, reference=case.reference),
        buttons=(
            _button(brand.texts.consent_yes, language),
            _button(brand.texts.consent_no, language),
        ),
        delivery="queued",
    )
    line = _say(connection, act, consent.private, draft)
    write_record(connection, act, ASKED, consent.private.id, seq=line.seq)
    return line


def agree(connection: Connection, act: Act, *, brand: Brand) -> None:
    """The agent says that the customer agreed."""
    _, consent = _claimed(connection, act, brand)
    if consent.state == "said":
        raise ReplyRefused("said_already")
    if consent.state != "given":
        write_record(connection, act, GIVEN_FOR, consent.private.id)


def say_so(connection: Connection, act: Act, *, brand: Brand) -> Line:
    """Say below the public complaint that it was solved in private, with consent and only once."""
    case, consent = _claimed(connection, act, brand)
    if consent.state == "said":
        raise ReplyRefused("said_already")
    if consent.state != "given":
        raise ReplyRefused("no_consent")
    if consent.answer:
        _write_down(connection, consent.answer, case)
    public = consent.public
    draft = Draft(
        author="bot",
        purpose="notice",
        text=consent.sentence,
        reply_to=transcript.last_platform_id(connection, public.id),
        delivery="queued",
    )
    line = _say(connection, act, public, draft)
    write_record(connection, act, SAID, public.id, seq=line.seq)
    return line


def _say(connection: Connection, act: Act, conversation: Conversation, draft: Draft) -> Line:
    speech = Speech(conversation=conversation, draft=draft, deadline=act.at + DELIVERY, now=act.at)
    return speaking.say(connection, speech)[-1]


def _claimed(connection: Connection, act: Act, brand: Brand) -> tuple[Case, Consent]:
    """The case, now the agent's, and how it stands: nobody else changes that meanwhile."""
    held(connection, act)
    case = cases.claim(connection, act.case_id, act.agent.id, act.at)
    ids = cases.conversations_of(connection, case)
    talks = [conversations.hold(connection, each) for each in sorted(ids)]
    consent = look(connection, case, talks, brand)
    if consent is None:
        raise ReplyRefused("nothing_to_say")
    return case, consent


def _last(
    connection: Connection, entries: list[Recorded], brand: Brand
) -> tuple[State, datetime | None, Line | None]:
    """How it stands after what was recorded, and after what the customer answered since."""
    if not entries:
        return "open", None, None
    last = entries[-1]
    state, at, said = _STATES[last.action], last.at, None
    for line in _since_asked(connection, entries):
        answer = _answer(line, brand)
        if answer and line.created_at >= last.at:
            state, at, said = answer, line.created_at, line
    return state, at, said if state == "given" else None


def _since_asked(connection: Connection, entries: list[Recorded]) -> list[Line]:
    for entry in entries:
        if entry.action == ASKED and entry.conversation_id:
            return transcript.after(connection, entry.conversation_id, entry.details["seq"])
    return []


def _answer(line: Line, brand: Brand) -> State | None:
    """What the customer said with a button, or by writing what stands on it."""
    if line.author != "customer" or line.deleted_at:
        return None
    said = line.readable.strip().casefold()
    if said in _titles(brand.texts.consent_yes):
        return "given"
    return "refused" if said in _titles(brand.texts.consent_no) else None


def _titles(words: Texts) -> set[str]:
    return {text.casefold() for text in words.values()}


def _button(words: Texts, language: str) -> Button:
    """Its payload reads like its title: whoever has the conversation by then understands it."""
    return Button(title=words[language], payload=words[language])


def _write_down(connection: Connection, answer: Line, case: Case) -> None:
    """Put the customer's own consent into the record, with the message that says so."""
    record.write(
        connection,
        GIVEN,
        actor=record.CUSTOMER,
        at=answer.created_at,
        conversation_id=answer.conversation_id,
        case_id=case.id,
        seq=answer.seq,
    )
