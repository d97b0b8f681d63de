"""YAML of which every part knows its line, so that a mistake is named where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from bot.errors import GuardError

# The C reader is ten times faster; both give the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Entry:
    """One part of a file: a mapping, a list or a text, with the path of keys that leads to it."""

    def __init__(self, node: yaml.Node, file: Path, key: str = "", line: int | None = None) -> None:
        self._node = node
        self._file = file
        self._key = key
        self.line = line or node.start_mark.line + 1

    @property
    def place(self) -> str:
        """Where it stands, the same on every machine: folder, file and line."""
        return f"{self._file.parent.name}/{self._file.name}, line {self.line}"

    def wrong(self, message: str) -> GuardError:
        """An error that names file, line and key."""
        return GuardError(f"{self._file.as_posix()}, line {self.line}, {self._key or 'the file'}: {message}")

    def parts(self, allowed: Collection[str] = (), needed: Collection[str] = ()) -> dict[str, Entry]:
        """Its keys; with `allowed` or `needed` given, no others than these and all of `needed`."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.wrong("keys with values are expected here")
        parts: dict[str, Entry] = {}
        for name, entry in self._pairs(self._node):
            if name in parts:
                raise entry.wrong("this key stands twice")
            if (allowed or needed) and name not in {*allowed, *needed}:
                raise entry.wrong(f"there is no such key; known are {', '.join((*needed, *allowed))}")
            parts[name] = entry
        for name in needed:
            if name not in parts:
                raise self.wrong(f"the key {name!r} is missing")
        return parts

    def items(self) -> list[Entry]:
        """Its items."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.wrong("a list is expected here: every line begins with a dash")
        return [Entry(child, self._file, self._key) for child in self._node.value]

    def text(self) -> str:
        """Its text, as written."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.wrong("a text is expected here: put it in quotes if it has : or brackets")
        text = str(self._node.value).strip()
        if not text:
            raise self.wrong("a text is missing here")
        return text

    def texts(self) -> list[str]:
        """The texts of its items."""
        return [item.text() for item in self.items()]

    def share(self) -> float:
        """Its number, a share from 0 to 1."""
        try:
            share = float(self.text())
        except ValueError:
            share = -1
        if not 0 <= share <= 1:
            raise self.wrong(f"a number from 0 to 1 is expected here, not {self.text()!r}")
        return share

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[str, Entry]]:
        for key, value in node.value:
            name = str(key.value)
            path = f"{self._key}.{name}" if self._key else name
            yield name, Entry(value, self._file, path, key.start_mark.line + 1)


def read_yaml(file: Path) -> Entry:
    """Read a file. Raises `GuardError` where it cannot be read or is not YAML."""
    try:
        node = yaml.compose(file.read_text(encoding="utf8"), Loader=_LOADER)
    except OSError as error:
        raise GuardError(f"{file.as_posix()}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise GuardError(f"{file.as_posix()}: is not written in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise GuardError(f"{file.as_posix()}{line}: is not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise GuardError(f"{file.as_posix()}: is not valid YAML: {error}") from error
    if node is None:
        raise GuardError(f"{file.as_posix()}: is empty")
    return Entry(node, file)
