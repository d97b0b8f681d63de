from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import GuardError
from bot.guard import failures, load_guard


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf8")


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_files_as_they_should_be_pass_their_own_tests(folder: Path) -> None:
    assert list(failures(load_guard(folder))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "words"),
    [
        ("kinds.yml", "share: 0.5", "share: 50", "weak.share", "a number from 0 to 1"),
        ("kinds.yml", "share: 0.5", "share: half", "weak.share", "a number from 0 to 1"),
        ("kinds.yml", "severity: sensitive", "severity: sad", "kinds.grief.severity", "crisis, sensitive"),
        ("kinds.yml", "names: {en: Grief}", "name: Grief", "kinds.grief.name", "no such key"),
        (
            "kinds.yml",
            "names: {en: Grief}",
            "names: {en: Grief}\n    only: [thank]",
            "kinds.grief.only",
            "one of complaint, ",
        ),
        ("kinds.yml", "[complaint, crisis]", "[complaints]", "weak.registers", "one of complaint, "),
        ("kinds.yml", "except: [grief]", "except: [greif]", "news.except", "no matter 'greif'"),
        ("kinds.yml", "except: [grief]", "but: [grief]", "news.but", "no such key"),
        ("en.yml", "[we, our]", "[we all]", "personal", "one word is expected"),
        ("en.yml", "- may one", "- (may one", "matters.danger.doubts", "not closed"),
        ("en.yml", "- smoke ~ <place>", "- smoke ~ <palce>", "matters.danger.strong", "no list 'palce'"),
        ("en.yml", "- smoke free", "- (smoke free", "matters.danger.look_alikes", "not closed"),
        ("en.yml", "- smoke free", "- smoke: free", "matters.danger.look_alikes", "put it in quotes"),
        ("en.yml", "- smoke free", '- ""', "matters.danger.look_alikes", "a text is missing"),
        ("en.yml", "    weak:\n", "    week:\n", "matters.danger.week", "no such key"),
        ("en.yml", "  grief:\n", "  greif:\n", "matters.greif", "no such key"),
        ("en.yml", "  grief:\n", "  danger:\n", "matters.danger", "stands twice"),
        ("en.yml", "- dying to know", "  dying to know", "look_alikes", "begins with a dash"),
        ("en.yml", "landing gear]", "(landing gear)]", "lists.place", "cannot stand here"),
        ("en.yml", "[funeral]", "[the funeral]", "often_misspelt", "one word is expected"),
        ("emergency.yml", "default: eu", "default: us", "default", "no country 'us'"),
        ("emergency.yml", "2026-11-21", "last week", "countries.eu.checked", "a date such as"),
        ("emergency.yml", "or {emergency}", "or {number}", "texts.grief.with_listening.en", "{number}"),
        ("emergency.yml", "or {emergency}", "or {emergency", "texts.grief.with_listening.en", "braces"),
        ("emergency.yml", "  danger:", "  dangers:", "texts.dangers", "no such key"),
        ("emergency.yml", '{en: "Run', '{de: "Run', "texts.danger.without", "missing in 'en'"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    folder: Path, name: str, old: str, new: str, key: str, words: str
) -> None:
    file = folder / name
    change(file, old, new)
    with pytest.raises(GuardError) as caught:
        load_guard(folder)
    message = str(caught.value)
    assert message.startswith(f"{file.as_posix()}, line ")
    assert f", {key}: " in message
    assert words in message


def test_the_line_is_that_of_the_pattern(folder: Path) -> None:
    change(folder / "en.yml", "- smoke free", "- smoke free)")
    with pytest.raises(GuardError, match=f"line {line_of(folder / 'en.yml', '- smoke free)')}, "):
        load_guard(folder)


def test_a_language_without_a_section_for_a_matter_is_refused(folder: Path) -> None:
    text = (folder / "en.yml").read_text(encoding="utf8")
    (folder / "fr.yml").write_text(text[: text.index("  grief:")], encoding="utf8")
    with pytest.raises(GuardError, match=r"fr\.yml.*'grief' is missing"):
        load_guard(folder)


def test_a_short_form_cannot_mean_two_things(folder: Path) -> None:
    text = (folder / "en.yml").read_text(encoding="utf8").replace("pls: please", "pls: plus")
    (folder / "fr.yml").write_text(text, encoding="utf8")
    with pytest.raises(GuardError, match=r"fr\.yml, short_forms\.pls: means 'please'"):
        load_guard(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a: [b", "is not valid YAML"),
        (b"a: \x07", "is not valid YAML"),
        (b"\xff\xfe\xfa", "is not written in UTF-8"),
        (b"just words", "keys with values are expected"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused(folder: Path, content: bytes, words: str) -> None:
    (folder / "en.yml").write_bytes(content)
    with pytest.raises(GuardError, match=words):
        load_guard(folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "en.yml").unlink()
    with pytest.raises(GuardError, match=r"no file of a language, such as fr\.yml"):
        load_guard(folder)
    with pytest.raises(GuardError, match=r"kinds\.yml: cannot be read"):
        load_guard(folder / "nowhere")


def test_sentences_that_fail_are_listed_in_plain_words(folder: Path) -> None:
    change(folder / "en.yml", "- a smoke free plane", "- the plane smokes, smoke")
    change(folder / "en.yml", "- there was smoke", "- there was fire")
    weak, silent = failures(load_guard(folder))
    assert "danger: 'there was fire' must be found by a weak pattern" in weak
    assert weak.endswith("but no pattern finds it")
    assert f"en.yml, line {line_of(folder / 'en.yml', '- the plane smokes')}, danger:" in silent
    assert "must not be found, but this strong pattern finds it: smoke ~ <place>" in silent
