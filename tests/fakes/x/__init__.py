"""X for tests: its API and its webhooks, on loopback.

::

    async with FakeX(clock=clock) as x:
        shop = x.shop("100", "shop")                 # the brand's account, and its tokens
        ann = x.person("200", "ann")
        hook = await x.use_webhook("http://127.0.0.1:8080/channels/x", shop)
        asked = ann.posts("@shop what about my bag?")
        (answer, *_) = await x.sent_count(1)
        x.hook.lose()                                # until x is asked to replay

The base URL for a channel is `x.base_url`. Errors have X's words. What X documents is enforced:
signatures of both kinds of OAuth, challenges before a webhook is taken, answers only to who has asked
for one, no second equal text, rates with their headers, tokens that are dead once they were renewed.
"""

from tests.fakes.x.errors import Problem
from tests.fakes.x.people import FakePerson, FakeShop
from tests.fakes.x.server import FakeX

__all__ = ["FakePerson", "FakeShop", "FakeX", "Problem"]
