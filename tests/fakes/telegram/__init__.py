"""A Bot API server for tests: Telegram as far as a customer-care bot sees it, on loopback.

::

    async with BotApi() as api:
        bot = api.bot("123:abc", username="shop_bot")
        ann = bot.user(5, first_name="Ann")
        ann.says("hello")                       # reaches the bot by getUpdates or webhook
        answer = await bot.sent_count(1)        # what the bot sent
        api.faults.next("sendMessage", Answer(429, retry_after=3))

The base URL for python-telegram-bot is `api.base_url`. Errors have the words of Telegram's own
server, because python-telegram-bot and people read them.
"""

from tests.fakes.telegram.bots import FakeBot
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.faults import Answer, Drop, Faults, Hang
from tests.fakes.telegram.flood import Limits
from tests.fakes.telegram.people import FakeUser
from tests.fakes.telegram.server import BotApi

__all__ = ["Answer", "BotApi", "Chat", "Drop", "FakeBot", "FakeUser", "Faults", "Hang", "Limits"]
