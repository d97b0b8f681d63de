"""All checks of what trainers write, over the files of an installation."""

from __future__ import annotations

from pathlib import Path

from bot.brand import Brand
from bot.trainers.checks import remarks
from bot.trainers.checks.links import links
from bot.trainers.judged import held_out
from bot.trainers.material import read_material
from bot.trainers.online import dead_links
from bot.trainers.remarks import Remark


def validate(root: Path, brand: Brand) -> list[Remark]:
    """Remarks on data/nlu, data/answers, data/rules, data/links.yml and domain.yml below `root`.

    Raises `EvaluationError` where a file of tests/nlu is wrong.
    """
    measured = [row.text for rows in held_out(root).values() for row in rows]
    return remarks(read_material(root), brand, measured)


async def validate_online(root: Path) -> list[Remark]:
    """Remarks on links whose pages are not there, asked over the network."""
    return await dead_links(list(links(read_material(root).answers)))
