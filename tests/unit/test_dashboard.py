"""The dashboard and the alerts ask for what is measured, as it must be asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from bot import metrics

DASHBOARD = Path("deploy/grafana/relais.json")
RULES = Path("deploy/prometheus/rules.yml")
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
GUIDE = Path("docs/operations.md")
# Prometheus' own: whether a target answers.
BUILT_IN = {"up"}
# Prometheus names each target by these: ours must not.
BUILT_IN_LABELS = {"job", "instance"}
NAME = re.compile(r"\b(?:relais|process|python)_[a-z_]+\b|\bup\b")
RANGED = re.compile(r"\[(\d+[smhd]|\$__rate_interval)\]")


def queries() -> Iterator[str]:
    """Each question of the dashboard and of the alerts."""
    for panel in panels():
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in json.loads(DASHBOARD.read_text())["templating"]["list"]:
        yield variable.get("definition", "")
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def measured() -> set[str]:
    """Every name that a process exposes."""
    return {metric.name + ending for metric in REGISTRY.collect() for ending in ENDINGS.get(metric.type, ())}


def ours() -> dict[str, set[str]]:
    """The metrics of ours, by name without ending, with their labels."""
    made = [vars(made) for made in vars(metrics).values() if isinstance(made, Counter | Gauge | Histogram)]
    return {made["_name"]: set(made["_labelnames"]) for made in made}


def labels_of(name: str) -> set[str]:
    """The labels of a metric of ours."""
    stem = name if name in ours() else re.sub(r"_(total|bucket|sum|count)$", "", name)
    return ours()[stem] | ({"le"} if name.endswith("_bucket") else set())


@pytest.mark.parametrize("query", queries())
def test_what_is_asked_for_is_measured(query: str) -> None:
    assert set(NAME.findall(query)) <= measured() | BUILT_IN


@pytest.mark.parametrize("query", queries())
def test_labels_that_are_asked_for_exist(query: str) -> None:
    names = [name for name in NAME.findall(query) if name.startswith("relais_")]
    asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", query))
    asked |= {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(", ")}
    assert asked - BUILT_IN_LABELS <= set().union(*map(labels_of, names)) or not names


@pytest.mark.parametrize("query", queries())
def test_figures_of_the_database_are_never_added_up_over_processes(query: str) -> None:
    same = {m.name for m in REGISTRY.collect() if "take max()" in m.documentation}
    assert same
    for name in set(NAME.findall(query)) & same:
        assert re.search(rf"\bmax(?: by \([^)]*\) )?\({name}\b", query), query


@pytest.mark.parametrize("query", queries())
def test_counters_are_asked_for_by_their_rate(query: str) -> None:
    for name in NAME.findall(query):
        if name.endswith(("_total", "_bucket", "_count")) and "label_values" not in query:
            assert re.search(rf"rate\({name}(\{{[^}}]*\}})?\[", query), query
    assert query.count("rate(") == len(RANGED.findall(query))


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = " ".join(target["expr"] for panel in panels() for target in panel.get("targets", ()))
    assert {name for name in ours() if name not in shown} == set()


def test_every_metric_of_ours_is_explained_with_its_labels() -> None:
    rows = re.findall(r"^\| `(relais_[a-z_]+)`(?: •)? \| ([a-z, ]*?) ?\|", GUIDE.read_text(), re.MULTILINE)
    told = {re.sub("_total$", "", name): set(filter(None, labels.split(", "))) for name, labels in rows}
    assert told == ours()


def test_the_dashboard_has_its_rows_and_no_panel_lies_on_another() -> None:
    assert [p["title"] for p in panels() if p["type"] == "row"] == ["Now", "Customers", "Agents", "Machines"]
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels())
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24


def test_every_alert_says_what_to_do() -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"].keys() == {"summary", "action"}


def test_labels_have_few_values() -> None:
    few = {"channel", "account", "result", "outcome", "purpose", "reason", "server", "kind"}
    few |= {"state", "status", "priority", "use"}
    assert set().union(*ours().values()) <= few
