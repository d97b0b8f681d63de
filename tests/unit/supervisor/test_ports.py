from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bot.errors import SettingsError
from bot.supervisor import Port, check_ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def port(number: int) -> Port:
    return Port(name="the gateway", host="127.0.0.1", number=number, variable="RELAIS_PORT")


def test_a_taken_port_is_named_with_the_variable_that_chooses_another(taken: int) -> None:
    with pytest.raises(SettingsError) as caught:
        check_ports([port(taken), port(free_port())])
    assert f"Port {taken} on 127.0.0.1, which the gateway needs, is taken" in str(caught.value)
    assert f"RELAIS_PORT={taken + 1}" in str(caught.value)


def test_free_ports_pass() -> None:
    check_ports([port(free_port())])


def test_a_port_that_nobody_knows_beforehand_will_not_do() -> None:
    with pytest.raises(SettingsError, match="RELAIS_PORT=0: where the gateway listens must be known"):
        check_ports([port(0)])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number
