"""`python -m bot user add`"""

from __future__ import annotations

import os
import secrets

import click

from bot import clock
from bot.settings import read_settings
from bot.store import agents, migrate
from bot.store.rows import Role
from bot.store.store import Store


@click.group("user")
def command() -> None:
    """The people who work at the desk."""


@command.command("add")
@click.argument("login")
@click.option("--name", help="Shown to colleagues and customers; the login where it is not given.")
@click.option("--role", type=click.Choice(["agent", "supervisor"]), default="agent", show_default=True)
@click.option("--team", help="One of the teams in brand.yml; its cases come first in the queue.")
@click.option("--ask-password", is_flag=True, help="Ask for a password; otherwise one is made and printed.")
def add(login: str, name: str | None, role: Role, team: str | None, ask_password: bool) -> None:
    """Let somebody log in to the desk under LOGIN."""
    password = secrets.token_urlsafe(9)
    if ask_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    store = Store(read_settings(os.environ).database_url)
    try:
        migrate.upgrade(store)
        now = clock.now()
        store.run_now(
            agents.add, login=login, name=name or login, role=role, team=team, password=password, now=now
        )
    finally:
        store.close()
    click.echo(f"{login} can log in as {role}.")
    if not ask_password:
        click.echo(f"Password (shown once): {password}")
