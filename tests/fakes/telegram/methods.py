"""The methods of the Bot API that the fake knows, each checking what Telegram checks."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.telegram.bots import FakeBot
from tests.fakes.telegram.chats import Chat, entities, quoted
from tests.fakes.telegram.errors import Json, bad_request, conflict

LONGEST_TEXT = 4096
LONGEST_DATA = 64
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
ACTIONS = ("typing", "upload_photo", "record_voice", "upload_document", "find_location")


async def get_me(bot: FakeBot, _: Json) -> Json:
    """Who the token belongs to."""
    return bot.facts() | {
        "can_join_groups": True,
        "can_read_all_group_messages": bot.reads_groups,
        "supports_inline_queries": False,
    }


async def get_updates(bot: FakeBot, call: Json) -> list[Json]:
    """Long polling."""
    if bot.webhook:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    bot.updates.allowed = call.get("allowed_updates", bot.updates.allowed)
    limit = min(max(int(call.get("limit", 100)), 1), 100)
    return await bot.updates.fetch(int(call.get("offset", 0)), limit, float(call.get("timeout", 0)))


async def set_webhook(bot: FakeBot, call: Json) -> bool:
    """Post updates to a URL; http is taken too, as by a Bot API server in local mode."""
    await bot.drop_webhook()
    secret = str(call.get("secret_token", ""))
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    bot.updates.allowed = call.get("allowed_updates", bot.updates.allowed)
    if call.get("drop_pending_updates"):
        bot.updates.clear()
    if call.get("url"):
        await bot.use_webhook(call["url"], secret, int(call.get("max_connections", 40)))
    return True


async def delete_webhook(bot: FakeBot, call: Json) -> bool:
    """Back to long polling."""
    return await set_webhook(bot, {"drop_pending_updates": call.get("drop_pending_updates", False)})


async def get_webhook_info(bot: FakeBot, _: Json) -> Json:
    """Where updates go, and how that fares."""
    if bot.webhook:
        return bot.webhook.info()
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(bot.updates)}


async def send_message(bot: FakeBot, call: Json) -> Json:
    """Send a text."""
    text = str(call.get("text", "")).strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    chat = bot.chat(int(call.get("chat_id", 0)))
    message: Json = {"date": int(bot.clock()), "from": bot.facts(), "text": text}
    message |= _keyboard(call) | _topic(chat, call) | _reply(chat, call)
    if found := entities(text):
        message["entities"] = found
    bot.flood.admit(chat.id)
    sent = chat.add(message)
    await bot.say(sent)
    return sent


def _keyboard(call: Json) -> Json:
    markup = call.get("reply_markup")
    if not markup:
        return {}
    for button in (button for row in markup["inline_keyboard"] for button in row):
        if not button.get("text"):
            raise bad_request("text buttons are not allowed to be empty")
        if not 1 <= len(button.get("callback_data", "").encode()) <= LONGEST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    return {"reply_markup": markup}


def _topic(chat: Chat, call: Json) -> Json:
    topic = call.get("message_thread_id")
    if topic is None:
        return {}
    if topic not in chat.topics:
        raise bad_request("message thread not found")
    return {"message_thread_id": topic, "is_topic_message": True}


def _reply(chat: Chat, call: Json) -> Json:
    wanted = call.get("reply_parameters")
    if not wanted:
        return {}
    answered = chat.messages.get(wanted["message_id"])
    if answered:
        return {"reply_to_message": quoted(answered)}
    if not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return {}


async def send_chat_action(bot: FakeBot, call: Json) -> bool:
    """Show that the bot is writing."""
    if call.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    bot.chat(int(call.get("chat_id", 0)))
    bot.actions.append(call)
    return True


async def answer_callback_query(bot: FakeBot, call: Json) -> bool:
    """Take the clock off a pressed button."""
    query_id = str(call.get("callback_query_id"))
    if bot.presses.get(query_id) is not False:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    bot.presses[query_id] = True
    return True


Method = Callable[[FakeBot, Json], Awaitable[Any]]

# By name in small letters: Telegram takes any case.
METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
}
