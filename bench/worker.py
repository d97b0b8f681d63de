"""A pipeline in a process of its own, so that its memory is its own."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Protocol

from msgspec import Struct

from bench.pipeline import Config, Examples, Pipeline, train
from bot.errors import EvaluationError
from bot.supervisor.hushed import QUIET

NOT_UNDERSTOOD = "nlu_fallback"


class Guess(Struct, frozen=True, kw_only=True):
    """The best guess for a message, and whether the pipeline was too unsure of it to act."""

    intent: str
    confidence: float
    is_unsure: bool


class Hired(Protocol):
    """What the bench asks of a worker."""

    seconds: float

    def __enter__(self) -> Hired: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def time(self, texts: Sequence[str]) -> list[float]: ...

    def read(self, texts: Sequence[str]) -> list[Guess]: ...

    def peak(self) -> float: ...


class Worker:
    """Trains a pipeline and reads messages with it, next door."""

    def __init__(self, config: Config, examples: Examples) -> None:
        os.environ.update(QUIET)
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, config, examples), daemon=True)
        self._process.start()
        other.close()
        self.seconds: float = self._receive()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join()

    def time(self, texts: Sequence[str]) -> list[float]:
        """The seconds that each message takes, one after the other."""
        seconds: list[float] = self._ask("time", texts)
        return seconds

    def read(self, texts: Sequence[str]) -> list[Guess]:
        """The best guess for each message."""
        guesses: list[Guess] = self._ask("read", texts)
        return guesses

    def peak(self) -> float:
        """The most memory that the process has had so far, in MB."""
        most: float = self._ask("peak", ())
        return most

    def _ask(self, what: str, texts: Sequence[str]) -> Any:
        self._pipe.send((what, texts))
        return self._receive()

    def _receive(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError:
            raise EvaluationError("the pipeline could not be trained or asked; see above") from None


def _work(pipe: Connection, config: Config, examples: Examples) -> None:
    pipeline = train(config, examples)
    pipe.send(pipeline.seconds)
    while True:
        try:
            what, texts = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(pipeline, what, texts))


def _answer(pipeline: Pipeline, what: str, texts: Sequence[str]) -> object:
    if what == "time":
        return [_timed(pipeline, text) for text in texts]
    if what == "read":
        return [_guess(parsed) for parsed in pipeline.read_all(texts)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(pipeline: Pipeline, text: str) -> float:
    began = time.perf_counter()
    pipeline.read(text)
    return time.perf_counter() - began


def _guess(parsed: dict[str, Any]) -> Guess:
    """Whether it is unsure or not, the best guess is that of the classifier."""
    guesses = parsed.get("intent_ranking") or [parsed["intent"]]
    best = next((guess for guess in guesses if guess["name"] != NOT_UNDERSTOOD), guesses[0])
    is_unsure = parsed["intent"]["name"] == NOT_UNDERSTOOD
    return Guess(intent=best["name"], confidence=float(best["confidence"]), is_unsure=is_unsure)
