from __future__ import annotations

from pathlib import Path

from bench.harness.messages import LONGEST, Message, conversations, held_out, some


def message(text: str, language: str = "en", *, ends: bool = False) -> Message:
    return Message(text=text, language=language, ends=ends)


def test_the_same_seed_gives_the_same_order() -> None:
    first, again, other = (held_out(Path.cwd(), seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert sorted(it.text for it in first) == sorted(it.text for it in other)


def test_where_messages_are_too_few_they_come_again() -> None:
    assert [it.text for it in some([message("a"), message("b")], 5)] == ["a", "b", "a", "b", "a"]


def test_a_conversation_ends_where_a_human_takes_over() -> None:
    talks = conversations([message("a"), message("b", ends=True), message("c")])
    assert [[it.text for it in talk] for talk in talks] == [["a", "b"], ["c"]]


def test_a_conversation_is_not_endless() -> None:
    talks = conversations([message(str(n)) for n in range(LONGEST + 1)])
    assert [len(talk) for talk in talks] == [LONGEST, 1]


def test_a_person_writes_in_one_language() -> None:
    talks = conversations([message("a", "en"), message("b", "fr"), message("c", "en", ends=True)])
    assert [[it.text for it in talk] for talk in talks] == [["a", "c"], ["b"]]
