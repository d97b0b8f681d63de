"""Keeps the processes of one installation running, and trains their model."""

from __future__ import annotations

from bot.supervisor.child import Child, Program
from bot.supervisor.keep import Supervisor
from bot.supervisor.ports import Port, check_ports
from bot.supervisor.voice import Voice

__all__ = ["Child", "Port", "Program", "Supervisor", "Voice", "check_ports"]
