"""WhatsApp: one phone number per market, through the Cloud API."""

from __future__ import annotations

from bot.channels.whatsapp.channel import WhatsApp

__all__ = ["WhatsApp"]
