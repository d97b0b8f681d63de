"""Reads brand.yml and says which line and key is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.brand.checks import problems
from bot.brand.duration import Duration
from bot.brand.hours import Times
from bot.brand.model import Brand
from bot.errors import BrandError

Step = str | int
Where = tuple[Step, ...]

_PATH = re.compile(r"`(\$[^`]*)`$")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|(\[\.\.\.\])")
_ANY_KEY = "[...]"


class Loader(yaml.SafeLoader):
    """Leaves dates as they are written: one that is none is then named with its line, as all else."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_brand(path: Path, channels: Collection[str] = ()) -> Brand:
    """Read and check a brand file.

    Where `channels` are given, no other network may have an etiquette. Raises `BrandError` naming
    file, line and key of the first thing that is wrong.
    """
    node, data = _read(path)
    try:
        brand = _convert(data)
    except msgspec.ValidationError as error:
        where, message = _locate(data, error)
        raise _at(path, node, where, message) from error
    for where, message in problems(brand, channels):
        raise _at(path, node, where, message)
    return brand


def _read(path: Path) -> tuple[yaml.Node, Any]:
    try:
        loader = Loader(path.read_text(encoding="utf8"))
        node = _checked(path, loader.get_single_node())
        return node, loader.construct_document(node)
    except OSError as error:
        raise BrandError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BrandError(f"{path}: is not written in UTF-8") from error
    except yaml.YAMLError as error:
        raise BrandError(f"{path}: is not valid YAML: {error}") from error


def _checked(path: Path, node: yaml.Node | None) -> yaml.Node:
    if node is None:
        raise BrandError(f"{path}: is empty")
    for where in _doubled_keys(node, ()):
        raise _at(path, node, where, "this key stands twice")
    return node


def _convert(data: Any) -> Brand:
    return msgspec.convert(data, Brand, dec_hook=_decode)


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, (Duration, Times)):
        return kind.parse(value)
    raise NotImplementedError(kind)


def _doubled_keys(node: yaml.Node, where: Where) -> Iterator[Where]:
    """Places where a key stands twice: YAML would silently keep the last one."""
    seen = set()
    for step, _, child in _children(node):
        if step in seen:
            yield (*where, step)
        seen.add(step)
        yield from _doubled_keys(child, (*where, step))


def _children(node: yaml.Node) -> Iterator[tuple[Step, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield index, value, value


def _locate(data: Any, error: msgspec.ValidationError) -> tuple[Where, str]:
    """Turn msgspec's `$.markets[...].timezone` into real keys.

    msgspec does not name the key of a dictionary in which it found an error: the dictionary
    is tried one key at a time until the same words come back.
    """
    message = str(error)
    found = _PATH.search(message)
    steps = [a or b or c for a, b, c in _STEP.findall(found[1])] if found else []
    where: Where = ()
    for step in steps:
        where = (*where, _guilty_key(data, where, message) if step == _ANY_KEY else _step(step))
    if " - at `key` in " in message:
        where = (*where, _guilty_key(data, where, message))
    return where, message.split(" - at ")[0]


def _step(text: str) -> Step:
    return int(text) if text.isdigit() else text


def _guilty_key(data: Any, where: Where, message: str) -> Step:
    mapping = _follow(data, where)
    for key in mapping:
        try:
            _convert(_with_only(data, where, key))
        except msgspec.ValidationError as error:
            if str(error) == message:
                return str(key)
    return ""


def _follow(data: Any, where: Where) -> Any:
    for step in where:
        data = data[step]
    return data


def _with_only(data: Any, where: Where, key: object) -> Any:
    if not where:
        return {key: data[key]}
    copy: Any = list(data) if isinstance(data, list) else dict(data)
    copy[where[0]] = _with_only(data[where[0]], where[1:], key)
    return copy


def _at(path: Path, node: yaml.Node, where: Where, message: str) -> BrandError:
    line = node.start_mark.line
    for step in where:
        for name, key, child in _children(node):
            if name == step:
                line, node = key.start_mark.line, child
    key_path = ".".join(str(step) for step in where) or "the file"
    return BrandError(f"{path}, line {line + 1}, {key_path}: {message}")
