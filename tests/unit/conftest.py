from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.house import House


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[House]:
    """The product on each engine; what its assistant understands is the `SCRIPT` of the test's module."""
    built = House(tmp_path, getattr(request.module, "SCRIPT", {}), database)
    yield built
    built.store.close()
