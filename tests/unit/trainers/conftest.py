from __future__ import annotations

from pathlib import Path

import pytest

from bot.brand import Brand
from tests.fakes.example import BRAND

# Two words: too few for a guess at the language.
EXAMPLES = {"fr": "chat", "en": "cat", "es": "gato"}
ANSWERS = {"fr": ("Animaux", "/animaux"), "en": ("Pets", "/pets"), "es": ("Mascotas", "/mascotas")}


class Project:
    """A small and faultless set of trainers' files, to be spoilt in one place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("data/nlu", "data/answers", "data/rules", "tests/nlu"):
            (root / folder).mkdir(parents=True)
        self.write("domain.yml", "intents:\n- question_pet\n")
        self.write("data/rules/questions.yml", "rules:\n- steps:\n  - intent: question_pet\n")
        paths = ", ".join(f"{language}: {path}" for language, (_, path) in ANSWERS.items())
        self.write("data/links.yml", f"pages:\n  pets: {{{paths}}}\n  home: {{fr: /, en: /, es: /}}\n")
        self.write("tests/nlu/en.csv", "text\nnobody has seen this before\n")
        self.answer("question_pet", **{name: self.text(name) for name in ANSWERS})
        for language in EXAMPLES:
            self.examples("question_pet", language)

    def write(self, name: str, content: str) -> None:
        (self.root / name).write_text(content, encoding="utf8")

    def examples(self, intent: str, language: str, *more: str, count: int = 12) -> None:
        """A file of `count` examples and those given, from line 5 on."""
        texts = [f"{EXAMPLES[language]} {intent}{n}" for n in range(count)]
        lines = "\n".join(f"    - {text}" for text in (*more, *texts))
        block = f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{lines}\n'
        self.write(f"data/nlu/{intent}.{language}.yml", block)

    def text(self, language: str) -> str:
        return f"https://www.nimbea.example{ANSWERS[language][1]}"

    def answer(self, intent: str, *, title: str = "", **texts: str) -> None:
        """An answer in these languages; the first text is in line 6, the second in line 9."""
        lines = ["version: '3.1'", "responses:", f"  utter_{intent}:"]
        for language, text in texts.items():
            lines.append(f"  - condition: [{{type: slot, name: language, value: {language}}}]")
            lines.append(f"    metadata: {{title: {title or ANSWERS[language][0]}}}")
            lines.append(f"    text: {text!r}")
        self.write(f"data/answers/{intent}.yml", "\n".join(lines) + "\n")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def brand() -> Brand:
    return BRAND
