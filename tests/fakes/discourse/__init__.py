"""A forum for tests, as far as a customer-care account sees it, on loopback.

::

    async with FakeDiscourse(token="t", username="shop", secret="s") as forum:
        forum.posts_to(f"{product.url}/channels/discourse/shop_uk")
        talk = forum.topic("My bag", category=5)
        await forum.says("Where is it?", topic=talk)        # signed, to the webhook
        await forum.sent_count(1)                           # what the account posted
        forum.fails(Answer(429, wait=3))                    # the next call
"""

from tests.fakes.discourse.errors import Answer, Hang
from tests.fakes.discourse.server import FakeDiscourse

__all__ = ["Answer", "FakeDiscourse", "Hang"]
