"""Cross-validation in a process of its own: this one has no Rasa in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import EvaluationError
from bot.supervisor import Supervisor, model
from bot.trainers.folds import CrossRead, read_folds


async def cross_validate(folds: int, examples: int, say: Callable[[str], None]) -> list[CrossRead]:
    """Examples of data/nlu, at most so many, each read by a model that was trained without it.

    Raises `EvaluationError` with the last words of Rasa where it fails.
    """
    last_words: list[str] = []

    def listen(line: str) -> None:
        last_words.append(line)
        if line.startswith("fold "):
            say(f"cross-validation | {line}")

    with TemporaryDirectory(prefix="relais-") as folder:
        out = Path(folder) / "folds.jsonl"
        chosen = ("--folds", str(folds), "--examples", str(examples), "--out", str(out))
        program = model.hushed("folds", "bench.folds", *chosen)
        if await Supervisor(say).run(program, listen) != 0:
            raise EvaluationError("\n".join(["Cross-validation failed. Its last words:", *last_words[-20:]]))
        return read_folds(out)
