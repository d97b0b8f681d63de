"""YAML as trainers write it, with the line of every part; what is wrong becomes a remark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.trainers.remarks import Remark

# The C reader is ten times faster; both give the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Misplaced(Exception):
    """Something else is expected at a place; caught where the remarks are collected."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(words)
        self.remark = Remark(place=place, words=words)


class Node:
    """One part of a file."""

    def __init__(self, node: yaml.Node, file: str) -> None:
        self._node = node
        self._file = file

    @property
    def line(self) -> int:
        """Its line, the first being 1."""
        return int(self._node.start_mark.line) + 1

    @property
    def place(self) -> str:
        """Its file and line."""
        return f"{self._file}:{self.line}"

    def place_below(self, lines: int) -> str:
        """The place so many lines further down."""
        return f"{self._file}:{self.line + lines}"

    def pairs(self) -> list[tuple[str, Node, Node]]:
        """Its keys, each with the node of the key and that of the value."""
        if not isinstance(self._node, yaml.MappingNode):
            raise Misplaced(self.place, "keys with values are expected here")
        return [
            (str(key.value), Node(key, self._file), Node(value, self._file))
            for key, value in self._node.value
        ]

    def get(self, name: str) -> Node | None:
        """The value of a key, None where there is no such key."""
        return next((value for key, _, value in self.pairs() if key == name), None)

    def need(self, name: str) -> Node:
        """The value of a key that must be there."""
        if (value := self.get(name)) is None:
            raise Misplaced(self.place, f"'{name}:' is missing here")
        return value

    def items(self) -> list[Node]:
        """Its items; none where nothing was written."""
        if isinstance(self._node, yaml.ScalarNode) and not self._node.value:
            return []
        if not isinstance(self._node, yaml.SequenceNode):
            raise Misplaced(self.place, "a list is expected here: every line begins with a dash")
        return [Node(item, self._file) for item in self._node.value]

    def text(self) -> str:
        """Its text."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise Misplaced(self.place, "a text is expected here: put it in quotes if it has : or brackets")
        return str(self._node.value)

    @property
    def is_block(self) -> bool:
        """Whether it is a text below a `|`, whose lines are those of the file."""
        return isinstance(self._node, yaml.ScalarNode) and self._node.style == "|"


def read(file: Path, root: Path) -> Node:
    """The content of a YAML file; `Misplaced` where it is none. Places are relative to `root`."""
    name = file.relative_to(root).as_posix()
    try:
        node = yaml.compose(file.read_text(encoding="utf8"), Loader=_LOADER)
    except OSError as error:
        raise Misplaced(f"{name}:1", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misplaced(f"{name}:1", "is not written in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misplaced(f"{name}:{line}", f"is not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise Misplaced(f"{name}:1", f"is not valid YAML: {error}") from error
    if node is None:
        raise Misplaced(f"{name}:1", "the file is empty")
    return Node(node, name)


def read_all(folder: Path, root: Path, wrong: list[Remark]) -> Iterator[tuple[Path, Node]]:
    """Every YAML file below a folder, in order; those that are none are told to `wrong`."""
    for file in sorted(folder.rglob("*.yml")):
        try:
            yield file, read(file, root)
        except Misplaced as error:
            wrong.append(error.remark)
