"""The checks of what trainers write. Pure; each yields remarks with file and line."""

from __future__ import annotations

from collections.abc import Collection

from bot.brand import Brand
from bot.trainers.checks import answers, examples, links, topics
from bot.trainers.material import Material
from bot.trainers.remarks import Remark


def remarks(material: Material, brand: Brand, held_out: Collection[str]) -> list[Remark]:
    """All that there is to say, by place; `held_out` are the messages that are measured with."""
    return sorted(
        [
            *material.unreadable,
            *topics.check(material, brand.languages),
            *examples.check(material.examples, brand.languages, held_out),
            *answers.check(material.answers, brand.languages),
            *links.check(material.answers, material.pages, brand.site),
        ],
        key=_order,
    )


def _order(remark: Remark) -> tuple[bool, str, int, str]:
    """Errors first, then by file and line."""
    file, _, line = remark.place.rpartition(":")
    return remark.is_hint, file, int(line), remark.words
