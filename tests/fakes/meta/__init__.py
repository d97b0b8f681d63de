"""Meta for tests: a Graph server and the webhooks of its platforms, on loopback.

::

    async with Meta() as meta:
        page = meta.page("10001", token="EAAB")
        meta.use_webhook("http://127.0.0.1:8080/channels/meta")
        ann = page.person("5005", "Ann Lee")
        ann.says("hello")                           # reaches the gateway, signed
        (answer, *_) = await page.sent_count(1)     # what was sent through the Graph API
        meta.faults.next("messages", Refuse(613))

The base URL for a channel is `meta.base_url`. Errors have Meta's words and numbers. What Meta
documents is enforced: signatures, windows, one private reply a comment, limits, thread control.
"""

from tests.fakes.meta.account import FakeAccount
from tests.fakes.meta.faults import Drop, Faults, Hang, Page502, Refuse
from tests.fakes.meta.instagrams import FakeInstagram
from tests.fakes.meta.pages import FakePage
from tests.fakes.meta.people import FakePerson
from tests.fakes.meta.server import Meta

__all__ = [
    "Drop",
    "FakeAccount",
    "FakeInstagram",
    "FakePage",
    "FakePerson",
    "Faults",
    "Hang",
    "Meta",
    "Page502",
    "Refuse",
]
