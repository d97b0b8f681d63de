"""The last steps of connecting an account: the webhook, what remains by hand, and a test message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

import click

from bot.brand import Account
from bot.channels.base import Channel
from bot.channels.guide import Guide
from bot.clock import now
from bot.commands.listening import Ear, ear, fetched, opened, stored
from bot.commands.web import answers, gateway_url, is_unknown
from bot.errors import Forged, SettingsError
from bot.messages import Address, Inbound, Outbound
from bot.settings import Settings

# Where nobody has said where platforms reach us.
_SOMEWHERE = "https://YOUR-GATEWAY"
# Of no line of ours: what the platform tells of it later concerns nobody.
_NO_LINE = 0

Ask = Callable[[str], str]


class Trial:
    """An account that works, as far as the platform has said; `public` is where platforms reach us."""

    def __init__(self, settings: Settings, account: Account, guide: Guide, public: str, ask: Ask) -> None:
        self._settings = settings
        self._account = account
        self._guide = guide
        self._public = public
        self._ask = ask
        self._address = ""
        self._is_running = False

    async def run(self, channel: Channel, recipient: str | None, *, listens: bool) -> None:
        """Register, say what remains, and send; raise a `DeliveryError` where that fails."""
        self._is_running = await answers(f"{gateway_url(self._settings)}/health")
        async with AsyncExitStack() as stack:
            hearing = await self._ear(channel, stack)
            self._address = (self._public or _SOMEWHERE) + place(channel, self._account)
            await self._register(channel)
            self._by_hand()
            await self._test(channel, recipient, hearing, listens=listens)

    async def _ear(self, channel: Channel, stack: AsyncExitStack) -> Ear | None:
        """While the gateway does not run somebody must answer the platform in its place."""
        if self._is_running or channel.poll() is not None or not _has_webhook(channel):
            return None
        return await stack.enter_async_context(ear(self._settings, channel))

    async def _register(self, channel: Channel) -> None:
        _head("Events")
        if channel.poll() is not None:
            besides = any("{url}" in step for step in self._guide.after)
            click.echo(
                "Some are fetched; the others need the webhook below."
                if besides
                else "They are fetched: no webhook is needed."
            )
        elif not _has_webhook(channel):
            click.echo("No platform sends any.")
        elif not self._public:
            click.echo("Not registered: say where the platform reaches the gateway, as --url https://...")
        else:
            click.echo(f"Registering {self._address} ...")
            told = await channel.register(self._address)
            by_hand = f"This is done by hand: give the platform the address {self._address}"
            click.echo(f"The platform will send {told}." if told else by_hand)

    def _by_hand(self) -> None:
        if self._guide.after:
            _head("What remains to be done by hand")
        for step in self._guide.after:
            click.echo(f"- {step.replace('{url}', self._address)}")

    async def _test(
        self, channel: Channel, recipient: str | None, hearing: Ear | None, *, listens: bool
    ) -> None:
        _head("Test message")
        name = recipient or (self._guide.recipient and self._ask(f"To whom? {self._guide.recipient}"))
        if name:
            await channel.open()
            await self._send(channel, self._address_of(channel, name))
        elif channel.poll() is None and not _has_webhook(channel):
            click.echo("None is needed: customers write on the brand's own pages.")
        elif not listens:
            click.echo("None was sent: say to whom (--to), or wait for somebody to write (--wait).")
        elif self._is_running:
            await self._watch()
        else:
            await self._answer(channel, hearing)

    def _address_of(self, channel: Channel, name: str) -> Address:
        address = channel.recipient(name)
        if address is None:
            needed = self._guide.recipient or "nobody: on this network one can only answer"
            raise SettingsError(f"{name!r} cannot get a test message; who can is {needed}")
        return address

    async def _watch(self) -> None:
        """Show the next message that the Relais that runs takes in."""
        with opened(self._settings) as store:
            await self._mind_unserved()
            _invite()
            arrival = await stored(store, self._account)
        _show(arrival.author, arrival.surface, arrival.text)
        click.echo("It has come in. The Relais that runs answers it.")

    async def _mind_unserved(self) -> None:
        """Nothing ever comes in by a gateway that was started before the account was there."""
        if await is_unknown(gateway_url(self._settings) + self._account.path):
            name = f"{self._account.channel}/{self._account.id}"
            raise SettingsError(
                f"the Relais that runs does not serve {name}: it was started before {name} was in brand.yml"
                " with all its secrets set. Restart it, and run this again"
            )

    async def _answer(self, channel: Channel, hearing: Ear | None) -> None:
        """Show the next message, and answer it, in place of a Relais."""
        _invite()
        await channel.open()
        event = await (hearing.next() if hearing else fetched(channel))
        _show(event.author, event.address.surface, event.text)
        await self._send(channel, event.address, event)

    async def _send(self, channel: Channel, address: Address, event: Inbound | None = None) -> None:
        text = f"Test message of {now():%Y-%m-%d %H:%M:%S} UTC: this account is connected."
        outbound = Outbound(
            id=_NO_LINE,
            address=address,
            text=text,
            purpose="notice",
            reply_to=event.message_id if event else "",
        )
        receipt = await channel.send(outbound)
        click.echo(f"Sent, and the platform took it as {receipt.message_id}.")


def place(channel: Channel, account: Account) -> str:
    """Where events go: to one place for all accounts of a family, who get them together."""
    return f"/channels/{channel.family}" if channel.family else account.path


def _has_webhook(channel: Channel) -> bool:
    try:
        channel.sign(b"{}")
    except Forged:
        return False
    return True


def _invite() -> None:
    click.echo("Write to the account now, from another one. Ctrl-C ends this.")


def _show(author: str, surface: str, text: str) -> None:
    words = f"{author or 'Somebody'} wrote in {surface}: {text}"
    # Strangers' words must not steer the terminal.
    click.echo("".join(each if each.isprintable() else " " for each in words))


def _head(words: str) -> None:
    click.secho(f"\n{words}", bold=True)
