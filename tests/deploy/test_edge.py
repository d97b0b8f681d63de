"""The edge as it is deployed: a newer Python, without Rasa."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.running import ROOT, Visitor, gateway

PYTHON = ROOT / "var/edge/bin/python"
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not PYTHON.exists(), reason="make edge found no newer Python"),
]


async def test_a_visitor_is_acknowledged_while_nobody_can_read_him(tmp_path: Path) -> None:
    async with gateway({"RELAIS_STATE": str(tmp_path)}, python=PYTHON) as url:
        visitor = Visitor(url)
        assert await visitor.says("Hello, what size may my cabin bag be?") == 202
        assert await visitor.sees("I am looking into it right away") == [1, 2]
        await visitor.leaves()
