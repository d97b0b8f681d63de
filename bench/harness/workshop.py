"""Where a run works: what it measures, which messages it sends, and a folder that it may fill."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import yaml
from msgspec import Struct

from bench.harness.messages import Message, held_out
from bench.harness.wording import Wording

# On the disk that the product's own state would be on, not in memory: a commit waits for it.
FOLDER = Path("var/bench")


class Options(Struct, frozen=True, kw_only=True):
    """What can be chosen on the command line.

    `edge_python` is the Python of gateway, workers and the bare handler.
    """

    model: Path
    edge_python: str
    rasa_servers: int = 2
    workers: int = 1
    quick: bool = False
    seed: int = 2026


class Workshop:
    """What the measures of a run share."""

    def __init__(self, root: Path, options: Options, say: Callable[[str], None]) -> None:
        self.root = root
        self.options = options
        self.say = say
        self.brand = yaml.safe_load((root / "brand.yml").read_text(encoding="utf8"))
        self.wording = Wording(self.brand)
        self.messages: list[Message] = held_out(root, options.seed)
        self._numbers = count(1)

    def pick(self, full: int, quick: int) -> int:
        """How many of something: `quick` where this is only a trial."""
        return quick if self.options.quick else full

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """A folder for databases and logs; kept where the block fails, so that one can look."""
        folder = self.root / FOLDER / f"{next(self._numbers)}-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
