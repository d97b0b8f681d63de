"""What customers and platforms saw against what the database says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from tests.faults.inside import Finding
from tests.faults.ledger import Entry, Key, Ledger
from tests.faults.talks import NUMBER, ChatTalk, Heard, Talk

# A chat of a platform: account and number.
Chat = tuple[str, str]


class Seen(Struct, kw_only=True):
    """What was seen from outside.

    `heard` are the texts of each chat of a platform, in its order. With `echoes` the assistant
    names in each answer the messages that it answers. `answered` are the texts of agents.
    """

    talks: list[Talk]
    heard: Mapping[Chat, list[Heard]]
    echoes: bool
    answered: list[str]


Check = Callable[[Seen, Ledger], Iterator[Finding]]


def accepted(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """What a platform was told to be taken stands in its conversation, once; and nothing else does."""
    for talk in seen.talks:
        entry = _entry(talk, ledger)
        stored = Counter(_numbers(line.text for line in entry.customers)) if entry else Counter()
        for number in talk.said:
            if stored[number] != 1:
                yield _found(accepted, entry, f"m{number} of {talk.key} is stored {stored[number]} times")
        for number in stored.keys() - set(talk.said):
            yield _found(accepted, entry, f"m{number} is stored, and {talk.key} did not say it")


def sent_once(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """Each text at a platform is one message of ours, and each that we call sent is there."""
    for chat, entries in _by_chat(ledger).items():
        there = {heard.platform_id: heard.text for heard in seen.heard.get(chat, ())}
        for entry in entries:
            for line in entry.ours:
                if line.delivery == "sent" and there.pop(line.platform_id, None) != line.text.strip():
                    yield _found(sent_once, entry, f"message {line.seq} is called sent and is not there")
        yield from _left_over(chat, list(there.values()), entries)


def _left_over(chat: Chat, texts: list[str], entries: list[Entry]) -> Iterator[Finding]:
    """A text that belongs to no sent message may be one whose sending is unknown, once."""
    unknown = [line.text.strip() for e in entries for line in e.ours if line.delivery == "unknown"]
    for text in texts:
        if text in unknown:
            unknown.remove(text)
        else:
            yield _found(sent_once, entries[0], f"{chat}: {text!r} is there once more than was to be sent")


def answered_once(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """No message is answered twice; one that nobody answered is with humans."""
    if not seen.echoes:
        return
    for talk in seen.talks:
        entry = _entry(talk, ledger)
        if entry is None:
            continue  # `accepted` tells of it
        texts = [line.text for line in entry.ours if line.author == "bot"]
        times = Counter(_numbers(texts))
        for number in talk.said:
            if times[number] > 1 or (times[number] == 0 and entry.case is None):
                yield _found(answered_once, entry, f"m{number} was answered {times[number]} times")


def in_order(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """What a chat shows comes in the order of our numbers, and answers in that of the messages."""
    for chat, entries in _by_chat(ledger).items():
        place = {heard.platform_id: at for at, heard in enumerate(seen.heard.get(chat, ()))}
        for entry in entries:
            shown = [place.get(line.platform_id, -1) for line in entry.ours if line.delivery == "sent"]
            if shown != sorted(shown):
                yield _found(in_order, entry, f"{chat} shows our messages in the order {shown}")
    for talk in seen.talks:
        begun = _entry(talk, ledger)
        if begun and not talk.reordered:
            yield from _answers_in_order(talk, begun)


def _answers_in_order(talk: Talk, entry: Entry) -> Iterator[Finding]:
    for name, lines in (("stored", entry.customers), ("answered", entry.ours)):
        order = [number for number in _numbers(line.text for line in lines) if number in talk.said]
        if order != sorted(order, key=talk.said.index):
            yield _found(in_order, entry, f"what it said as {talk.said} was {name} as {order}")


def streamed(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """A visitor's page saw every message once, whatever happened to its connection."""
    for talk in seen.talks:
        entry = _entry(talk, ledger)
        if isinstance(talk, ChatTalk) and entry:
            wanted = [line.seq for line in entry.lines if line.author != "note"]
            if list(talk.heard) != wanted or talk.twice:
                saw = f"{list(talk.heard)}, twice {talk.twice}"
                yield _found(streamed, entry, f"the page saw {saw} of the messages {wanted}")


def agents_heard(seen: Seen, ledger: Ledger) -> Iterator[Finding]:
    """What an agent wrote was written down once, however often the form was sent."""
    written = Counter(line.text for e in ledger.entries for line in e.ours if line.author == "agent")
    for text in seen.answered:
        if written[text] != 1:
            yield _found(agents_heard, None, f"{text!r} was written {written[text]} times")


def _entry(talk: Talk, ledger: Ledger) -> Entry | None:
    key: Key = (talk.channel, talk.account, talk.key)
    return ledger.entry(key)


def _by_chat(ledger: Ledger) -> Mapping[Chat, list[Entry]]:
    """The conversations in each chat of a platform; the web chat has none, it reads the database."""
    found: dict[Chat, list[Entry]] = defaultdict(list)
    for entry in ledger.entries:
        if entry.conversation.channel != ChatTalk.channel:
            found[entry.conversation.account, entry.conversation.chat].append(entry)
    return found


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(number) for text in texts for number in NUMBER.findall(text)]


def _found(check: Check, entry: Entry | None, words: str) -> Finding:
    return Finding(check=check.__name__, conversation=entry.id if entry else None, words=words)


CHECKS: tuple[Check, ...] = (accepted, sent_once, answered_once, in_order, streamed, agents_heard)
