from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.supervisor import Supervisor, model

# Stands in for Rasa: found first, as `python -m` looks in the current directory.
FAKE_RASA = """
import os, pathlib, sys
arguments = sys.argv[1:]
out = pathlib.Path(arguments[arguments.index("--out") + 1])
name = arguments[arguments.index("--fixed-model-name") + 1]
print("Starting to train component 'CountVectorsFeaturizer'.")
print("telemetry", os.environ["RASA_TELEMETRY_ENABLED"], arguments)
out.mkdir(exist_ok=True)
(out / f"{name}.tar.gz").write_text("a model")
raise SystemExit(int(pathlib.Path("exit_code").read_text()))
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "config.yml",
        "domain.yml",
        "data/nlu/faq.yml",
        "bot/nlu/guard.py",
        "requirements-assistant.lock",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "rasa.py").write_text(FAKE_RASA)
    (tmp_path / "exit_code").write_text("0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    return tmp_path


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(print, grace=0.3)
    yield supervisor
    await supervisor.stop()


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/faq.yml", "bot/nlu/guard.py"])
def test_a_changed_input_asks_for_another_model(root: Path, name: str) -> None:
    before = model.path(root)
    (root / name).write_text("changed")
    assert model.path(root) != before


def test_a_renamed_input_asks_for_another_model(root: Path) -> None:
    before = model.path(root)
    (root / "data/nlu/faq.yml").rename(root / "data/nlu/other.yml")
    assert model.path(root) != before


def test_other_files_ask_for_no_other_model(root: Path) -> None:
    before = model.path(root)
    for name in ("README.md", "bot/nlu/__pycache__/guard.pyc", "data/.hidden.yml", "brand.yml"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("new")
    assert model.path(root) == before


async def test_training_keeps_the_model_under_the_hash_of_its_inputs(
    root: Path, supervisor: Supervisor
) -> None:
    said: list[str] = []
    trained = await model.train(root, supervisor, said.append)
    assert trained == model.path(root)
    assert trained.read_text() == "a model"
    assert [file.name for file in (root / "models").iterdir()] == [trained.name]
    assert said == ["training | CountVectorsFeaturizer"]


async def test_a_long_training_says_that_it_goes_on(root: Path, supervisor: Supervisor) -> None:
    said: list[str] = []
    await model.train(root, supervisor, said.append, patience=0.001)
    assert "training | 0 s so far" in said


async def test_a_failed_training_leaves_no_model_and_says_why(root: Path, supervisor: Supervisor) -> None:
    (root / "exit_code").write_text("1")
    with pytest.raises(model.TrainingFailed, match="telemetry false"):
        await model.train(root, supervisor, print)
    assert list((root / "models").iterdir()) == []
