"""Puts together what is parsed: a status, and where in its thread it stands, which it does not tell."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bot.channels.mastodon.api import Missing
from bot.channels.mastodon.instance import Instance, status_in
from bot.channels.mastodon.memory import Known, Memory
from bot.channels.mastodon.wire import Json, Me, Status


class Bodies:
    """Makes bodies; None stands for what concerns nobody.

    `application` is the name of the program that we are to the instance, empty where it is unknown.
    """

    def __init__(self, instance: Instance, memory: Memory, me: Me, application: str) -> None:
        self._instance = instance
        self._memory = memory
        self._me = me
        self._application = application

    async def mention(self, notification: Json, *, missed: bool) -> bytes | None:
        """Somebody mentioned us; of what was `missed` it is told whether a colleague answered it."""
        told = notification.get("status")
        if isinstance(told, dict):
            told = {"account": notification.get("account"), **told}
        status = status_in(told)
        if status is None:  # parsing it says what is wrong, and what comes behind it goes on
            return self._body("mention", root="", status=told)
        try:
            root, answers = await self._thread(status, missed=missed)
        except Missing:  # deleted before anybody could read it
            return None
        self._memory.keep(status, root)
        return self._body("mention", root=root, status=told, answers=msgspec.to_builtins(answers))

    async def found(self, told: Json) -> bytes | None:
        """Somebody speaks of the brand to others."""
        status = status_in(told)
        if status is None or not self._is_about_us(status):
            return None
        try:
            root, _ = await self._thread(status)
        except Missing:
            return None
        return self._body("found", root=root, status=told)

    def _is_about_us(self, status: Status) -> bool:
        """Whether it is public, and neither ours nor to us."""
        is_to_us = status.in_reply_to_account_id == self._me.id or self._concerns_us(status)
        return status.is_public and not status.is_by(self._me.id) and not is_to_us

    async def edited(self, told: Any) -> bytes | None:
        """Somebody has edited a status that mentions us."""
        status = status_in(told)
        if status is None or status.edited_at is None or not self._concerns_us(status):
            return None
        known = self._memory.known(status.id)
        if known and known.edited_at == status.edited_at:
            return None
        root = await self._root(status.id, known) if known else (await self._thread(status))[0]
        self._memory.keep(status, root)
        return self._body("edited", root=root, status=told)

    async def deleted(self, status_id: str) -> bytes | None:
        """Somebody has deleted a status that mentioned us: then it is remembered."""
        known = self._memory.known(status_id)
        if known is None:
            return None
        root = await self._root(status_id, known)
        body = {"type": "deleted", "id": status_id, "root": root}
        return json.dumps({**body, "visibility": known.visibility, "acct": known.acct}).encode()

    async def missed_answers(self) -> list[Json]:
        """What our account wrote while nobody listened; nothing the first time."""
        after = self._memory.last_own
        found = await self._instance.statuses_of(self._me.id, after)
        self._memory.keep_own(found[-1]["id"] if found else "0")
        return found if after else []

    async def own(self, told: Any) -> bytes | None:
        """A colleague has answered somebody with another program."""
        status = status_in(told)
        if status is None or not status.is_by(self._me.id):
            return None
        self._memory.keep_own(status.id)
        acct = None if self._is_ours(status) else self._answered(status)
        if acct is None:
            return None
        try:
            root, _ = await self._thread(status)
        except Missing:
            return None
        return self._body("own", root=root, status=told, acct=acct)

    def _body(self, kind: str, **more: Any) -> bytes:
        return json.dumps({"type": kind, "me": msgspec.to_builtins(self._me), **more}).encode()

    async def _thread(self, status: Status, *, missed: bool = False) -> tuple[str, list[Status]]:
        """The first status of the thread, empty for direct ones, and a colleague's answers."""
        root = self._root_at_hand(status)
        is_answered = missed and status.replies_count > 0
        if root is not None and not is_answered:
            return root, []
        before, after = await self._instance.context(status.id)
        if root is None:
            root = before[0].id if before else status.id
        return root, [each for each in after if is_answered and self._is_answer(each, status)]

    def _root_at_hand(self, status: Status) -> str | None:
        """The same where no question is needed."""
        if status.is_direct:
            return ""
        if status.in_reply_to_id is None:
            return status.id
        parent = self._memory.known(status.in_reply_to_id)
        return (parent.root or None) if parent else None

    async def _root(self, status_id: str, known: Known) -> str:
        """The root of a status that is remembered, and perhaps gone."""
        if known.root is not None:
            return known.root
        if known.visibility == "direct":
            return ""
        if known.parent is None:
            return status_id
        try:
            before, _ = await self._instance.context(known.parent)
        except Missing:
            return status_id
        return before[0].id if before else known.parent

    def _concerns_us(self, status: Status) -> bool:
        if status.is_by(self._me.id):
            return False
        is_known = self._memory.known(status.id) is not None
        return is_known or any(each.id == self._me.id for each in status.mentions)

    def _is_answer(self, status: Status, to: Status) -> bool:
        is_answer = status.in_reply_to_id == to.id and status.is_by(self._me.id)
        return is_answer and not self._is_ours(status)

    def _is_ours(self, status: Status) -> bool:
        """Whether Relais wrote it; where that cannot be told, the inbox knows it by its words."""
        program = status.application.name if status.application else ""
        return bool(program) and program == self._application

    def _answered(self, status: Status) -> str | None:
        """Whom a status of ours answers: who is replied to, else who alone is mentioned."""
        mentioned = {each.id: each.acct for each in status.mentions}
        answered = mentioned.get(status.in_reply_to_account_id or "")
        if answered:
            return answered
        goes_on = status.is_direct or status.in_reply_to_account_id == self._me.id
        return next(iter(mentioned.values())) if goes_on and len(mentioned) == 1 else None
