"""What `new-channel` writes: a channel of a made-up platform, to be turned into a real one."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from pathlib import Path
from string import Template

from msgspec import Struct

from bot.errors import SettingsError

REGISTRY, BRAND = Path("bot/channels/registry.py"), Path("brand.yml")

_TEMPLATES = Path(__file__).parent / "templates"
_SUFFIX = ".template"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_LONGEST = 20
_IMPORT = re.compile(r"from (\S+) import \w")
# Lines of the registry.
_CHANNEL = re.compile(r"from bot\.channels\.(\w+) import \w")
_ENTRY = re.compile(r"    (\w+)\.name: \1,")
# All that stands in brand.yml from `etiquette:` to the end of the rules of networks.
_MANNERS = re.compile(
    r"^etiquette:\n(?:(?: .*|#.*)?\n)*?  channels:\n(?:(?:    .*|\s*#.*)?\n)*", re.MULTILINE
)
_RULE = """\
    ${name}:
      public:
        why: >-
          Nothing is done otherwise than by default. What may a bot do there in public, how often, and
          must it say that it is one?
        source: The platform's rules for automated accounts, to be read
"""


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be written: new files, and files with something added."""

    new: dict[Path, str]
    changed: dict[Path, str]


def plan(root: Path, name: str) -> Plan:
    """All that makes a channel of this name; raise `SettingsError` where that cannot be."""
    if not (root / REGISTRY).is_file():
        raise SettingsError(f"there is no {REGISTRY} here: run this at the root of the repository")
    _check(root, name)
    words = _words(name)
    new = {_target(name, file): _filled(file, words) for file in _templates()}
    changed = {
        REGISTRY: _registered((root / REGISTRY).read_text(encoding="utf8"), name, words["class_name"]),
        BRAND: _mannered((root / BRAND).read_text(encoding="utf8"), Template(_RULE).substitute(words)),
    }
    return Plan(new=new, changed=changed)


def write(root: Path, made: Plan) -> None:
    """Write it all; what fails in the middle leaves no new file behind, and no half of another."""
    written: list[Path] = []
    beside = {_beside(file): file for file in made.changed}
    try:
        for file, text in (*made.new.items(), *zip(beside, made.changed.values(), strict=True)):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            with (root / file).open("x", encoding="utf8") as opened:
                written.append(root / file)
                opened.write(text)
        for own, file in beside.items():
            (root / own).replace(root / file)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise SettingsError(f"cannot write {error.filename}: {error.strerror}") from error


def _beside(file: Path) -> Path:
    """Where the next version of a file is written."""
    return file.with_name(f".{file.name}.new")


def class_name(name: str) -> str:
    """The name of the channel's class."""
    return "".join(word.capitalize() for word in name.split("_"))


def _words(name: str) -> dict[str, str]:
    return {
        "name": name,
        "class_name": class_name(name),
        "constant": name.upper(),
        "host": name.replace("_", "-"),
        "title": " ".join(word.capitalize() for word in name.split("_")),
    }


def _check(root: Path, name: str) -> None:
    """Raise `SettingsError` for a name that is none, or that somebody else has."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name):
        raise SettingsError(
            f"{name!r} cannot be a channel's name: a small letter, then small letters, digits and single"
            f" underscores, {_LONGEST} characters at most, and no word of Python's"
        )
    folders = ("bot/channels", "tests/channels", "tests/fakes")
    places = [Path(folder, each) for folder in folders for each in (name, f"{name}.py")]
    if taken := [str(place) for place in places if (root / place).exists()]:
        raise SettingsError(f"{name!r} is taken: there is {' and '.join(taken)}")
    kind, texts = class_name(name), "".join(file.read_text(encoding="utf8") for file in _templates())
    if kind.startswith("Test") or re.search(rf"\b(Fake)?{kind}\b", texts):
        raise SettingsError(
            f"{name!r} cannot be a channel's name: its class {kind} would mean something else"
        )


def _templates() -> list[Path]:
    return sorted(_TEMPLATES.rglob(f"*{_SUFFIX}"))


def _target(name: str, template: Path) -> Path:
    return Path(str(template.relative_to(_TEMPLATES)).replace("NAME", name).removesuffix(_SUFFIX))


def _filled(template: Path, words: dict[str, str]) -> str:
    text = Template(template.read_text(encoding="utf8")).substitute(words)
    return (
        "".join(_in_order(text.splitlines(keepends=True))) if template.name.endswith(".py.template") else text
    )


def _in_order(lines: Iterable[str]) -> list[str]:
    """The same with imports sorted where they stand together: their order depends on the name."""
    done: list[str] = []
    together: list[tuple[str, str]] = []
    for line in lines:
        found = _IMPORT.match(line)
        if found:
            together.append((found[1], line))
            continue
        done += [each for _, each in sorted(together)]
        together = []
        done.append(line)
    return done


def _registered(text: str, name: str, kind: str) -> str:
    """The registry with the channel's lines, each where it belongs by the alphabet."""
    lines = text.splitlines(keepends=True)
    _insert(lines, _CHANNEL, name, f"from bot.channels.{name} import {kind}\n")
    _insert(lines, _ENTRY, kind, f"    {kind}.name: {kind},\n")
    return "".join(lines)


def _insert(lines: list[str], pattern: re.Pattern[str], key: str, line: str) -> None:
    """Put a line before the first of its kind that comes later, else after the last."""
    kin = [(number, found[1]) for number, each in enumerate(lines) if (found := pattern.match(each))]
    if not kin:
        raise SettingsError(f"{REGISTRY} is not as it should be: there is no line like {line.strip()!r}")
    lines.insert(next((number for number, each in kin if each > key), kin[-1][0] + 1), line)


def _mannered(text: str, rule: str) -> str:
    """The brand with a rule at the end of its etiquette of networks."""
    found = _MANNERS.search(text)
    if not found:
        raise SettingsError(f"{BRAND} has no `channels:` in its `etiquette:` that a rule could be added to")
    lines = found.group().splitlines(keepends=True)
    while lines[-1].startswith("#") or not lines[-1].strip():
        lines.pop()  # of what comes behind the rules
    end = found.start() + len("".join(lines))
    return f"{text[:end]}{rule}{text[end:]}"
