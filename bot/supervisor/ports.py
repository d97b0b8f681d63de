"""Are the ports free that the processes want?"""

from __future__ import annotations

import socket
from collections.abc import Iterable

from msgspec import Struct

from bot.errors import SettingsError


class Port(Struct, frozen=True, kw_only=True):
    """A port that a process wants, and the environment variable that chooses another."""

    name: str
    host: str
    number: int
    variable: str


def check_ports(ports: Iterable[Port]) -> None:
    """Raise `SettingsError` that says for each port that will not do why, and what to do."""
    wrong = [_words(port) for port in ports if port.number == 0 or not is_free(port.host, port.number)]
    if wrong:
        raise SettingsError("\n".join(wrong))


def is_free(host: str, number: int) -> bool:
    """Whether a server could listen there now; 0 stands for any free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError:
            return False
        return True


def _words(port: Port) -> str:
    if port.number == 0:
        return f"{port.variable}=0: where {port.name} listens must be known here. Choose a port."
    other = port.number + 1 if port.number < 65535 else port.number - 1
    return (
        f"Port {port.number} on {port.host}, which {port.name} needs, is taken by another program "
        f"(perhaps by this product, already running). Stop that one, or choose another port: "
        f"{port.variable}={other}"
    )
