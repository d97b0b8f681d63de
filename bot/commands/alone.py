"""A Rasa of one's own, apart from the one that customers talk to."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from bot.commands.processes import LOOPBACK, actions, actions_url, endpoints, rasa, rasa_url
from bot.commands.web import until_it_answers
from bot.settings import Settings
from bot.supervisor import Supervisor, model


@asynccontextmanager
async def rasa_alone(settings: Settings, root: Path, say: Callable[[str], None]) -> AsyncIterator[str]:
    """Rasa with the model of the present data, on ports of its own; its address.

    Trains the model when there is none. What it remembers is forgotten at the end.
    """
    supervisor = Supervisor(say)
    with TemporaryDirectory(prefix="relais-") as folder:
        own = _apart(settings, Path(folder))
        try:
            trained = model.path(root)
            if not trained.exists():
                say("Training the assistant: there is no model yet for this data ...")
                trained = await model.train(root, supervisor, say)
            say("Rasa is loading ...")
            reader = rasa(own, trained, endpoints(own, root))
            servers = {actions_url(own): actions(own), rasa_url(own.rasa_port): reader}
            for server in servers.values():
                supervisor.keep(server)
            for url, server in servers.items():
                await until_it_answers(url, server, supervisor)
            yield own.rasa_urls[0]
        finally:
            await supervisor.stop()


def _apart(settings: Settings, state: Path) -> Settings:
    rasa_port, actions_port = _free_port(), _free_port()
    return structs.replace(
        settings,
        state=state,
        rasa_servers=1,
        rasa_port=rasa_port,
        rasa_urls=(f"http://{LOOPBACK}:{rasa_port}",),
        actions_port=actions_port,
        actions_url=f"http://{LOOPBACK}:{actions_port}",
    )


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port
