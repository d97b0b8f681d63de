"""A made-up case that began in public, went on in private, and has everything in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.desk import actions, replies
from bot.desk.actions import Act, Written
from bot.desk.platforms import Platforms
from bot.inbox.crowd import accept
from bot.messages import Attachment
from bot.store import cases, conversations, links, outbound, outbox, transcript, viewers
from bot.store.rows import Agent, Case, Line
from bot.store.transcript import Draft
from scripts.demo.said import event, number
from scripts.demo.stories import Story, address


class Scene:
    """Where it happens; `minutes` are always how long ago it was."""

    def __init__(
        self, connection: Connection, case: Case, story: Story, agent: Agent, brand: Brand, now: datetime
    ) -> None:
        self.connection = connection
        self.case = case
        self._story = story
        self._agent = agent
        self._brand = brand
        self._now = now

    def ago(self, minutes: float) -> datetime:
        return self._now - timedelta(minutes=minutes)

    def customer_writes(self, text: str, minutes: float, **more: Any) -> int:
        """In private; returns the conversation."""
        at = self.ago(minutes)
        said = event(address(self._story, "private"), text, self._story.name, at, **more)
        return accept(self.connection, [said], at).conversations[0]

    def bot_writes(self, conversation_id: int, text: str, minutes: float) -> None:
        draft = Draft(author="bot", purpose="handover", text=text, delivery="sent")
        transcript.append(self.connection, conversation_id, draft, self.ago(minutes))

    def agent_replies(self, conversation_id: int, text: str, minutes: float) -> Line | None:
        return replies.reply(
            self.connection,
            self.act(minutes),
            _written(text),
            where=str(conversation_id),
            brand=self._brand,
            platforms=Platforms({}, self._brand),
        )

    def act(self, minutes: float) -> Act:
        return Act(case_id=self.case.id, agent=self._agent, at=self.ago(minutes))


def tell_long_case(
    connection: Connection, case: Case, story: Story, people: dict[str, Agent], brand: Brand, now: datetime
) -> None:
    """Let it happen."""
    scene = Scene(connection, case, story, people["amel"], brand, now)
    private = _is_led_into_private(scene)
    _describes_the_bag(scene)
    _is_answered(scene, private)
    _regrets_a_word(scene)
    _asks_on_and_is_not_reached(scene, private)
    viewers.see(connection, case.id, people["tomas"].id, typing=False, now=now)
    for conversation_id in (private, case.conversation_id):
        conversations.release(connection, conversation_id, due_at=None)


def _is_led_into_private(scene: Scene) -> int:
    public = scene.case.conversation_id
    scene.bot_writes(
        public,
        "I am sorry that your suitcase is not with you. A Nimbéa agent is taking over and will "
        "reply by 18:30. Your reference: NB-7K2QX4. To protect your data, let us continue in private.",
        192,
    )
    token = links.create(scene.connection, public, scene.ago(191))
    private = scene.customer_writes("Hello, it is the one with the suitcase", 185, start_token=token)
    scene.bot_writes(
        private,
        "Thank you for joining us here. An agent continues your case NB-7K2QX4 in this conversation.",
        185,
    )
    return private


def _describes_the_bag(scene: Scene) -> None:
    first = "Booking X4K9PL, flight NB 2041, bag tag ends in 118"
    second = "Booking X4K9PL, flight NB 2041, bag tag ends in 813. It is green, with a yellow ribbon."
    scene.customer_writes(first, 184, message_id="edited")
    scene.customer_writes(second, 183, kind="edited", message_id="edited")
    scene.customer_writes("", 182, attachments=(Attachment(kind="photo", name="bag.jpg"),))


def _is_answered(scene: Scene, private: int) -> None:
    actions.claim(scene.connection, scene.act(180))
    noted = _written("World Tracer: bag seen in Porto, flight tomorrow 07:40.")
    actions.note(scene.connection, scene.act(176), noted)
    text = (
        "Dear Paul, your suitcase is in Porto and flies to Lisbon tomorrow at 07:40. "
        "Where may the courier bring it?"
    )
    if line := scene.agent_replies(private, text, 170):
        outbox.done(scene.connection, line.id)
        outbound.advance(scene.connection, line.id, "sent", platform_id=f"sent-{line.id}")
        cases.first_response_sent(scene.connection, private, by_agent=True, now=scene.ago(170))
        outbound.advance(scene.connection, line.id, "read")


def _regrets_a_word(scene: Scene) -> None:
    scene.customer_writes("This is the worst airline ever", 168, message_id="regretted")
    scene.customer_writes("", 167, kind="deleted", message_id="regretted")


def _asks_on_and_is_not_reached(scene: Scene, private: int) -> None:
    question = "Hotel Miradouro, until Sunday. And who pays for what I had to buy?"
    answer = "You may buy what you need for two nights; please keep the receipts, we refund them."
    scene.customer_writes(question, 20)
    if line := scene.agent_replies(private, answer, 18):
        outbox.done(scene.connection, line.id)
        reason = "Facebook did not answer for a day"
        outbound.advance(scene.connection, line.id, "failed", reason=reason)
    scene.customer_writes("Thank you, that is good news. I will keep them.", 3)


def _written(text: str) -> Written:
    return Written(text=text, token=f"demo-{number()}")
