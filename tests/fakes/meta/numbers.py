"""WhatsApp for tests: a phone number of the Cloud API and its customers.

::

    number = whatsapp_number(meta, "700100200300400", token="EAAW")
    ann = number.customer("447700900123", user_id="GB.73001122")
    ann.says("hello")
    (answer, *_) = await number.sent_count(1)
    number.tells(answer, "delivered")
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from itertools import count

from tests.fakes.meta.cloud_rules import check_content, is_template
from tests.fakes.meta.errors import GraphError, Json, invalid, no_such
from tests.fakes.meta.inbox import DAY
from tests.fakes.meta.server import Meta

KIND = "whatsapp_business_account"
# A customer may get so many at once, and one more each so many seconds.
BURST, SPACE = 45, 6.0


class FakeNumber:
    """A phone number as WhatsApp knows it. `sent` is what went out, `reads` what was marked as read.

    `templates` are those that are approved, with how many blanks each has. With `tells_late` what is
    too late for a free answer is accepted, and fails afterwards, as Meta does mostly.
    """

    def __init__(self, number_id: str, meta: Meta, name: str) -> None:
        self.id = number_id
        self.name = name
        self.clock: Callable[[], float] = meta.clock
        self.sent: list[Json] = []
        self.reads: list[Json] = []
        self.told: list[Json] = []
        self.templates: dict[tuple[str, str], int] = {}
        self.tells_late = False
        self._meta = meta
        self._numbers = count(1)
        self._customers: list[FakeCustomer] = []
        self._allowed: defaultdict[str, tuple[float, float]] = defaultdict(lambda: (BURST, self.clock()))
        self._news = asyncio.Condition()

    def customer(self, number: str = "", *, user_id: str = "", name: str = "Ann Example") -> FakeCustomer:
        """A customer with a number, Meta's id, or both."""
        customer = FakeCustomer(self, number, user_id, name)
        self._customers.append(customer)
        return customer

    def new_id(self) -> str:
        """The id of a new message."""
        return f"wamid.{self.id}.{next(self._numbers)}"

    def tell(self, field: str = "messages", **content: object) -> None:
        """Tell the app of a change."""
        metadata = {"display_phone_number": "442079460958", "phone_number_id": self.id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **content}
        entry = {"id": "900100200300400", "changes": [{"value": value, "field": field}]}
        self.told.append(entry)
        self._meta.tell(KIND, entry)

    def tells(self, sent: Json, state: str, **more: object) -> None:
        """Tell what became of a message that was sent."""
        status: Json = {"id": sent["id"], "status": state, "timestamp": self.timestamp, **more}
        to: FakeCustomer = sent["customer"]
        status |= {"recipient_id": to.number} if to.number else {}
        status |= {"recipient_user_id": to.user_id} if to.user_id else {}
        mark = sent["request"].get("biz_opaque_callback_data")
        status |= {"biz_opaque_callback_data": mark} if mark else {}
        self.tell(statuses=[status])

    def colleague_says(self, customer: FakeCustomer, text: str) -> None:
        """A human answers in the WhatsApp Business app on the same number."""
        echo: Json = {"from": "442079460958", "to": customer.number, "id": self.new_id()}
        echo |= {"timestamp": self.timestamp, "type": "text", "text": {"body": text}}
        self.tell("smb_message_echoes", message_echoes=[echo])

    @property
    def timestamp(self) -> str:
        """The time as webhooks tell it."""
        return str(int(self.clock()))

    async def sent_count(self, number: int, timeout: float = 5.0) -> list[Json]:
        """What was sent, once it is at least so many messages."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= number), timeout)
        return self.sent

    def texts(self) -> list[str]:
        """What customers read, in order; of a template its name."""
        return [_text(sent["request"]) for sent in self.sent]

    def facts(self) -> Json:
        """What is told of the number to who asks."""
        return {"id": self.id, "display_phone_number": "+44 20 7946 0958", "verified_name": self.name}

    async def post(self, edge: str, body: Json) -> Json:
        """A call of the Cloud API on this number."""
        if edge != "messages" or body.get("messaging_product") != "whatsapp":
            raise no_such(f"{self.id}/{edge}")
        answer = self._read(body) if body.get("status") == "read" else self._send(body)
        async with self._news:
            self._news.notify_all()
        return answer

    def _read(self, body: Json) -> Json:
        if not any(body.get("message_id") in customer.said for customer in self._customers):
            raise invalid("Invalid parameter: message_id")
        self.reads.append(body)
        return {"success": True}

    def _send(self, body: Json) -> Json:
        customer = self._recipient(body)
        check_content(body, self.templates)
        is_late = self.clock() - customer.wrote > DAY and not is_template(body)
        if is_late and not self.tells_late:
            raise GraphError(131047, "(#131047) Re-engagement message")
        self._admit(customer)
        sent = {"id": self.new_id(), "customer": customer, "request": body}
        self.sent.append(sent)
        if is_late:
            self.tells(sent, "failed", errors=[{"code": 131047, "title": "Re-engagement message"}])
        else:
            self.tells(sent, "sent")
        contact = {"input": body.get("to") or body["recipient"], "wa_id": customer.number}
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": sent["id"], "message_status": "accepted"}],
        }

    def _recipient(self, body: Json) -> FakeCustomer:
        wanted = body.get("to") or body.get("recipient")
        if not wanted:
            raise GraphError(131008, "(#131008) Required parameter is missing")
        for customer in self._customers:
            if wanted in (customer.number, customer.user_id) and not customer.gone:
                return customer
        raise GraphError(131026, "(#131026) Message undeliverable")

    def _admit(self, customer: FakeCustomer) -> None:
        """One message each six seconds, of which a burst may be borrowed."""
        left, at = self._allowed[customer.key]
        left = min(BURST, left + (self.clock() - at) / SPACE)
        if left < 1:
            raise GraphError(131056, "(#131056) (Business Account, Consumer Account) pair rate limit hit")
        self._allowed[customer.key] = (left - 1, self.clock())


class FakeCustomer:
    """A customer of one number; what he does reaches the app. `hides` that he keeps his number back."""

    def __init__(self, account: FakeNumber, number: str, user_id: str, name: str) -> None:
        self.number = number
        self.user_id = user_id
        self.name = name
        self.hides = False
        self.gone = False
        self.said: list[str] = []
        self.wrote = 0.0
        self._account = account

    @property
    def key(self) -> str:
        """By what WhatsApp tells customers apart."""
        return self.user_id or self.number

    def says(self, text: str, **more: object) -> str:
        """Write a text; returns its id."""
        return self.sends("text", {"body": text}, **more)

    def sends(self, kind: str, content: object, **more: object) -> str:
        """Send a message of any type."""
        message_id = self._account.new_id()
        self.said.append(message_id)
        self.wrote = self._account.clock()
        self._tell({"id": message_id, "type": kind, kind: content, **more})
        return message_id

    def presses(self, sent: Json, title: str) -> str:
        """Tap a button, or choose from a list, below a message."""
        interactive = sent["request"]["interactive"]
        kind, action = f"{interactive['type']}_reply", interactive["action"]
        choices = [each["reply"] for each in action.get("buttons", [])] or action["sections"][0]["rows"]
        (choice,) = (each for each in choices if each["title"] == title)
        return self.sends("interactive", {"type": kind, kind: choice}, context={"id": sent["id"]})

    def moves(self, number: str, user_id: str) -> None:
        """Take another number, and with it another id; WhatsApp tells of it."""
        old_number, old_id, self.number, self.user_id = self.number, self.user_id, number, user_id
        system = {"type": "user_changed_number", "body": "User changed", "wa_id": number}
        system |= {"user_id": user_id, "previous_user_id": old_id}
        message = {"id": self._account.new_id(), "type": "system", "system": system, "from": old_number}
        self._account.tell(messages=[{**message, "timestamp": self._account.timestamp}])

    def _tell(self, message: Json) -> None:
        contact: Json = {"profile": {"name": self.name}}
        sender: Json = {}
        if self.number and not self.hides:
            contact["wa_id"] = sender["from"] = self.number
        if self.user_id:
            contact["user_id"] = sender["from_user_id"] = self.user_id
        whole = {**sender, **message, "timestamp": self._account.timestamp}
        self._account.tell(contacts=[contact], messages=[whole])


def whatsapp_number(meta: Meta, number_id: str, token: str, name: str = "Shop") -> FakeNumber:
    """Register a number and the token that speaks for it."""
    return meta.register(number_id, FakeNumber(number_id, meta, name), token)


def _text(request: Json) -> str:
    kind = request["type"]
    if kind == "interactive":
        return str(request["interactive"]["body"]["text"])
    return str(request["text"]["body"] if kind == "text" else request["template"]["name"])
