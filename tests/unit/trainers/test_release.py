"""The files of an evaluation, and which evaluation is accepted."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.assistant.scripted import Scripted, understood
from bot.brand import Brand
from bot.errors import EvaluationError
from bot.trainers.accept import accept
from bot.trainers.confusions import confusions
from bot.trainers.evaluate import Judge
from bot.trainers.figures import ACCEPTED, RESULTS, Evaluation, load, outcome, result_of, save
from bot.trainers.gate import in_common
from bot.trainers.publish import publish
from bot.trainers.release import (
    Evidence,
    curves,
    evaluation_of,
    guesses,
    origin,
    see_held_out,
    write_files,
)
from bot.trainers.report import gist, report, top_confusions, verdict
from tests.fakes.example import GUARD
from tests.unit.trainers.conftest import Project
from tests.unit.trainers.releases import AT, message, read, result, row

EVIDENCE = Evidence(
    messages=[
        message(row("late <again>", "complaint"), result("hand_over", "complaint")),
        message(row("gracias", "thanks", language="es"), result("hand_over", "complaint", confidence=0.4)),
        message(row("my cat?", "question", topic="pet"), result("answer", "question", "pet"), "question"),
    ],
    reads=[read("late", "complaint", "complaint"), read("great, late", "complaint", "thanks")],
)


WORSE = Evidence(
    messages=[message(EVIDENCE.messages[0].row, result("thank", "thanks")), *EVIDENCE.messages[1:]],
    reads=[],
)


def made(project: Project) -> Evaluation:
    return evaluation_of(EVIDENCE, origin(project.root, "m"), AT)


async def test_held_out_messages_are_read_with_their_place(project: Project, brand: Brand) -> None:
    project.write("tests/nlu/en.csv", "text,register,topic\nlate,complaint,\nmy cat,question,animals\n")
    assistant = Scripted({"late": understood("complaint", "complaint", "Sorry.", language="en")})
    judge = Judge(assistant, brand, GUARD)
    late, cat = await see_held_out(project.root, judge, lambda done, total: None)
    assert (late.place, late.pair[1].decision) == ("tests/nlu/en.csv:2", "hand_over")
    assert (cat.place, cat.row.topic) == ("tests/nlu/en.csv:3", "")


async def test_nothing_to_measure_with_is_said_so(project: Project, brand: Brand) -> None:
    (project.root / "tests/nlu/en.csv").unlink()
    judge = Judge(Scripted({}), brand, GUARD)
    with pytest.raises(EvaluationError, match="no CSV file in tests/nlu"):
        await see_held_out(project.root, judge, lambda done, total: None)


def test_figures_are_taken_over_all_and_by_language(project: Project) -> None:
    evaluation = made(project)
    assert {name: it.messages for name, it in evaluation.held_out.items()} == {"all": 3, "en": 2, "es": 1}
    assert evaluation.held_out["en"].accuracy == 1
    assert evaluation.held_out["all"].kinds["question_pet"].recall == 1
    assert evaluation.held_out["all"].measures["thanked"].of == 1
    assert evaluation.crossed["all"].accuracy == 0.5


def test_outcomes_survive_being_kept() -> None:
    for kept in (result("answer", "question", "pet"), result("hand_over", "crisis")):
        again = result_of(outcome(kept))
        assert (again.decision, again.register, again.topic) == (kept.decision, kept.register, kept.topic)


def test_an_evaluation_is_read_as_it_was_written(project: Project, tmp_path: Path) -> None:
    save(made(project), tmp_path / "deep" / "kept.json")
    assert load(tmp_path / "deep" / "kept.json") == made(project)
    assert load(tmp_path / "none.json") is None


def test_a_file_that_is_no_evaluation_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "kept.json").write_text("{}", encoding="utf8")
    with pytest.raises(EvaluationError, match=r"kept\.json: is no evaluation"):
        load(tmp_path / "kept.json")


def test_the_files_show_every_mistake_with_its_sentence(project: Project, tmp_path: Path) -> None:
    write_files(EVIDENCE, made(project), tmp_path)
    told = (tmp_path / "confusions.md").read_text(encoding="utf8")
    assert "## thanks taken for complaint: 1\n\n- 0.40 tests/nlu/en.csv:2 gracias" in told
    assert "- 0.80 a.yml:5 great, late" in told
    assert "late <again>" not in told
    assert "late <again>" in (tmp_path / "messages.csv").read_text(encoding="utf8")


@pytest.mark.parametrize("name", ["registers.svg", "intents.svg", "reliability.svg"])
def test_pictures_can_be_drawn(project: Project, tmp_path: Path, name: str) -> None:
    write_files(EVIDENCE, made(project), tmp_path)
    picture = ElementTree.parse(tmp_path / name)  # noqa: S314 - our own file
    titles = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert titles
    if name == "registers.svg":
        assert "thanks taken for complaint: 1 of 1" in titles


def test_the_report_holds_figures_verdict_and_confusions(project: Project) -> None:
    evaluation = made(project)
    both = in_common(EVIDENCE.pairs, evaluation)
    confused = confusions(guesses(EVIDENCE))
    text = report(evaluation, curves(EVIDENCE), confused, verdict([], both), both)
    assert "This release loses nothing, compared with the accepted release on the 3 messages" in text
    assert "| thanks: thanked | 0.0% (0 of 1) | – | 0.0% (0 of 1) |" in text
    assert "- 1 × thanks taken for complaint\n  - tests/nlu/en.csv:2: gracias" in text
    assert "| question_pet | 1.000 | 1.000 | 1 |" in text
    assert any(line.startswith("tests/nlu        es ") for line in gist(evaluation))
    assert list(top_confusions([])) == []


def test_a_release_that_lost_is_published_with_what_it_lost(project: Project, tmp_path: Path) -> None:
    accepted = made(project)
    worse = evaluation_of(WORSE, origin(project.root, "m"), AT)
    published = publish(WORSE, worse, accepted, tmp_path / "results")
    assert published.losses
    assert "  - now thank: late <again>" in published.gist
    assert "This release is refused" in (tmp_path / "results/evaluation.md").read_text(encoding="utf8")


def test_the_first_release_is_published_without_a_comparison(project: Project, tmp_path: Path) -> None:
    published = publish(EVIDENCE, made(project), None, tmp_path)
    assert published.losses == []
    for words in ("Registers (3 judged)", "Commonest confusions", "no accepted evaluation"):
        assert words in published.gist


def evaluated(project: Project, evidence: Evidence = EVIDENCE) -> None:
    """As `make evaluate` leaves it, for the messages of the evidence."""
    lines = [
        f'"{it.row.text}",{it.row.language},{it.row.register},{it.row.answerable},{it.row.topic}'
        for it in evidence.messages
    ]
    project.write("tests/nlu/en.csv", "\n".join(["text,language,register,answerable,topic", *lines]) + "\n")
    present = evaluation_of(evidence, origin(project.root, "m"), AT)
    save(present, project.root / RESULTS / "evaluation.json")


def test_without_an_evaluation_nothing_is_accepted(project: Project) -> None:
    with pytest.raises(EvaluationError, match="`make evaluate` first"):
        accept(project.root, model="m", because="")


def test_the_first_evaluation_is_accepted(project: Project) -> None:
    evaluated(project)
    assert accept(project.root, model="m", because="") == []
    kept = load(project.root / ACCEPTED)
    assert kept is not None
    assert kept.inputs == origin(project.root, "m").inputs


@pytest.mark.parametrize("changed", ["brand.yml", "data/answers/question_pet.yml", "tests/nlu/fr.csv"])
def test_an_evaluation_of_other_files_is_not_accepted(project: Project, changed: str) -> None:
    evaluated(project)
    project.write(changed, "text\nother\n")
    with pytest.raises(EvaluationError, match="changed since the last evaluation"):
        accept(project.root, model="m", because="")


def test_a_loss_is_accepted_with_a_reason_only_and_the_reason_is_kept(project: Project) -> None:
    evaluated(project)
    accept(project.root, model="m", because="")
    evaluated(project, WORSE)
    with pytest.raises(EvaluationError, match=r"complaints: thanked: 1 the wrong way") as refused:
        accept(project.root, model="m", because="")
    assert "--because REASON" in str(refused.value)
    accept(project.root, model="m", because="the row is ambiguous")
    kept = load(project.root / ACCEPTED)
    assert kept is not None
    assert all(reason.endswith("because the row is ambiguous") for reason in kept.because)
    assert kept.because[0].startswith("2026-11-22: complaint, problem, crisis, sensitive: to a human")
