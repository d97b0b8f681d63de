"""The conversations in which something was found, written out for whoever looks for the cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.store.rows import Line
from tests.faults.inside import Finding
from tests.faults.ledger import Entry, Ledger


def write_out(findings: Iterable[Finding], ledger: Ledger, folder: Path) -> None:
    """Write a file for each conversation that is named."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.conversation is not None:
            found[finding.conversation].append(finding)
    for entry in ledger.entries:
        if entry.id in found:
            file = folder / f"conversation-{entry.id}.txt"
            file.write_text("\n".join(_told(entry, found[entry.id], ledger)) + "\n", encoding="utf8")


def _told(entry: Entry, findings: list[Finding], ledger: Ledger) -> Iterable[str]:
    yield from (f"{finding.check}: {finding.words}" for finding in findings)
    yield ""
    conversation = entry.conversation
    yield f"{conversation.channel}/{conversation.account} {entry.key}, due {conversation.due_at}"
    for case in ledger.cases:
        if case.conversation_id == entry.id or case is entry.case:
            yield f"case {case.reference}: {case.status} for {case.reason}, opened {case.opened_at}"
            yield f"  acknowledged {case.acknowledged_at} by {case.acknowledge_by}"
            yield f"  answered {case.answered_at} by {case.answer_by}, resolved {case.resolved_at}"
    yield ""
    yield from (_line(line) for line in entry.lines)


def _line(line: Line) -> str:
    state = line.delivery or (f"handled {line.handled_at:%H:%M:%S.%f}" if line.handled_at else "-")
    reason = f" ({line.delivery_reason})" if line.delivery_reason else ""
    who = line.author + (f"/{line.purpose}" if line.purpose else "")
    head = f"{line.seq:>4} {line.created_at:%H:%M:%S.%f} {who:<20} [{line.platform_id}] {state}{reason}"
    return f"{head}\n         {line.text}"
