"""What `doctor` looks at."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from bot.brand import Account, Brand, load_brand
from bot.channels.registry import CHANNELS
from bot.clock import now
from bot.commands.processes import wanted_ports, worker_ports
from bot.commands.web import answers, gateway_url, worker_url
from bot.errors import RelaisError
from bot.settings import Settings, account_secrets, read_secret, read_settings
from bot.store import accounts, agents, migrate, set_aside, watches
from bot.store.accounts import AccountState
from bot.store.shared import AWAY, connect
from bot.store.store import Store
from bot.store.watches import Watch, is_news
from bot.supervisor import model
from bot.supervisor.ports import is_free

_LOW_DISK = 1_000_000_000
_PATIENCE = 10


class Finding(Struct, frozen=True, kw_only=True):
    """One thing looked at. A `note` needs no action; `remedy` says what to do."""

    subject: str
    state: Literal["good", "note", "wrong"]
    words: str
    remedy: str = ""


async def check_up(environment: Mapping[str, str]) -> list[Finding]:
    """Look at everything; what depends on something that is wrong is left out."""
    try:
        settings = read_settings(environment)
        brand = load_brand(settings.brand_file, CHANNELS)
    except RelaisError as error:
        return [Finding(subject="Settings", state="wrong", words=str(error))]
    return [
        Finding(subject="Settings", state="good", words=f"{brand.name}, brand in {settings.brand_file}"),
        disk(settings),
        database(settings),
        *trouble(settings, brand),
        *await redis(settings),
        *edge(settings),
        trained_model(Path.cwd()),
        *[finding async for finding in _processes(settings)],
        *await asyncio.gather(*(account_state(account, environment) for account in brand.accounts)),
    ]


def disk(settings: Settings) -> Finding:
    """Room for the database."""
    settings.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.state).free
    words = f"{free / 1e9:.1f} GB free for {settings.state}"
    if free < _LOW_DISK:
        remedy = "Make room: messages cannot be accepted on a full disk."
        return Finding(subject="Disk", state="wrong", words=words, remedy=remedy)
    return Finding(subject="Disk", state="good", words=words)


def database(settings: Settings) -> Finding:
    """Reachable, with the newest schema, and somebody can log in."""
    store = Store(settings.database_url)
    try:
        if not migrate.is_current(store):
            words = "not created yet, or of an older release"
            return Finding(
                subject="Database", state="note", words=words, remedy="The next start (make run) sees to it."
            )
        people = store.run_now(agents.count)
    except SQLAlchemyError as error:
        remedy = "Check DATABASE_URL and whether the database server runs."
        return Finding(subject="Database", state="wrong", words=_cause(error), remedy=remedy)
    finally:
        store.close()
    if not people:
        remedy = "python -m bot user add LOGIN --role supervisor"
        return Finding(
            subject="Database", state="wrong", words="nobody can log in to the desk", remedy=remedy
        )
    return Finding(subject="Database", state="good", words=f"up to date, {people} can log in to the desk")


async def redis(settings: Settings) -> list[Finding]:
    """Answers, where one is configured."""
    if settings.redis_url is None:
        return []
    try:
        async with connect(settings.redis_url, _PATIENCE) as client:
            await client.ping()
    except AWAY as error:
        words = f"does not answer ({type(error).__name__}): everything goes on, up to half a second slower"
        remedy = "Check REDIS_URL and whether Redis runs."
        return [Finding(subject="Redis", state="wrong", words=words, remedy=remedy)]
    return [Finding(subject="Redis", state="good", words="answers")]


def edge(settings: Settings) -> list[Finding]:
    """The Python of gateway and workers, where it is not this one, has all that they need."""
    if settings.edge_python == sys.executable:
        return []
    look = "import platform, bot.app; print(platform.python_version())"
    command = (settings.edge_python, "-c", look)
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().rpartition("\n")[2]
        return [_no_edge(last or f"{settings.edge_python} does not run")]
    except OSError as error:
        return [_no_edge(f"{settings.edge_python} cannot be run: {error.strerror}")]
    words = f"gateway and workers run on Python {told.stdout.strip()}"
    return [Finding(subject="Edge", state="good", words=words)]


def _no_edge(words: str) -> Finding:
    return Finding(subject="Edge", state="wrong", words=words, remedy="make edge installs what is missing.")


def trouble(settings: Settings, brand: Brand) -> list[Finding]:
    """What the running product wrote down: accounts that are refused, and what was set aside."""
    store = Store(settings.database_url)
    try:
        if not migrate.is_current(store):
            return []
        stopped, number = store.run_now(accounts.stopped), store.run_now(set_aside.count)
        watched = store.run_now(watches.everything).values()
    except SQLAlchemyError:
        return []  # told as the state of the database
    finally:
        store.close()
    return [
        *(_refused(account, brand) for account in stopped),
        *(_silent(watch) for watch in watched if watch.silent_since),
        *(_missed(watch) for watch in watched if is_news(watch.missed_at, now())),
        *(_gap(watch) for watch in watched if is_news(watch.gap_at, now())),
        *([_aside(number)] if number else []),
    ]


def _refused(state: AccountState, brand: Brand) -> Finding:
    account = brand.account_of(state.channel, state.account)
    variables = ", ".join(account.secrets.values()) or "brand.yml"
    return Finding(
        subject=f"{state.channel}/{state.account}",
        state="wrong",
        words=f"sends nothing since {state.since:%Y-%m-%d %H:%M} UTC: {state.reason}",
        remedy=f"Get valid credentials from the platform, put them into {variables}, and start again."
        " Replies wait meanwhile: the bot's for an hour, agents' for a day.",
    )


def _silent(watch: Watch) -> Finding:
    return Finding(
        subject=f"{watch.channel}/{watch.account}",
        state="wrong",
        words=f"unusually silent: nobody has written since {watch.silent_since:%Y-%m-%d %H:%M} UTC",
        remedy="Write to it yourself. Where nothing comes, register its webhook again, and see whether the"
        " platform has trouble. Where it does come, people are just quiet; see `silence` in brand.yml.",
    )


def _missed(watch: Watch) -> Finding:
    messages = "1 message" if watch.missed == 1 else f"{watch.missed} messages"
    return Finding(
        subject=f"{watch.channel}/{watch.account}",
        state="note",
        words=f"{messages} had been missed, taken in at {watch.missed_at:%Y-%m-%d %H:%M} UTC",
        remedy="Where that happens again, the webhook is broken: register it again at the platform.",
    )


def _gap(watch: Watch) -> Finding:
    since = f"{watch.gap_since:%Y-%m-%d %H:%M} UTC"
    return Finding(
        subject=f"{watch.channel}/{watch.account}",
        state="note",
        words=f"messages may be missing: the platform does not tell all that was written since {since}",
        remedy="More was missed than it tells afterwards. Look there for what nobody has answered.",
    )


def _aside(number: int) -> Finding:
    return Finding(
        subject="Set aside",
        state="wrong",
        words=f"our own code failed on {number} turns or requests",
        remedy="A supervisor finds them at /desk/aside. Report what stands there, and try again when it is"
        " mended.",
    )


def trained_model(root: Path) -> Finding:
    """A model for today's data."""
    trained = model.path(root)
    if trained.exists():
        return Finding(subject="Model", state="good", words=f"fresh: {trained.relative_to(root)}")
    remedy = "The next start (make run) trains one; make train does it now."
    return Finding(subject="Model", state="note", words="none for the present data", remedy=remedy)


async def account_state(account: Account, environment: Mapping[str, str]) -> Finding:
    """Switched on, and does the platform know it?"""
    subject = f"{account.channel}/{account.id}"
    if account.channel not in CHANNELS:
        known = ", ".join(CHANNELS)
        return Finding(subject=subject, state="wrong", words=f"no such channel; there are {known}")
    try:
        secrets = account_secrets(account, environment)
        if secrets is None:
            remedy = f"To switch it on, set {', '.join(_missing(account, environment))}."
            return Finding(subject=subject, state="note", words="off: secrets are not set", remedy=remedy)
        words = await _ask_platform(account, secrets)
    except asyncio.TimeoutError:
        return Finding(subject=subject, state="wrong", words=f"the platform is silent for {_PATIENCE} s")
    except RelaisError as error:
        remedy = f"Check {', '.join(account.secrets.values()) or 'brand.yml'} and the network."
        return Finding(subject=subject, state="wrong", words=str(error), remedy=remedy)
    return Finding(subject=subject, state="good", words=f"reachable as {words}")


def _missing(account: Account, environment: Mapping[str, str]) -> list[str]:
    return [name for name in account.secrets.values() if read_secret(environment, name) is None]


async def _ask_platform(account: Account, secrets: Mapping[str, str]) -> str:
    channel = CHANNELS[account.channel](account, secrets)
    try:
        return await asyncio.wait_for(channel.check(), _PATIENCE)
    finally:
        await channel.close()


async def _processes(settings: Settings) -> AsyncIterator[Finding]:
    if not await answers(f"{gateway_url(settings)}/health"):
        for port in wanted_ports(settings):
            yield _stopped(port.name, port.host, port.number, port.variable)
        return
    yield Finding(subject="Gateway", state="good", words=f"answers at {gateway_url(settings)}")
    for name, number in worker_ports(settings):
        yield await _server(name.capitalize(), f"{worker_url(settings, number)}/health")
    for url in settings.rasa_urls:
        yield await _server("Rasa", f"{url}/")
    yield await _server("Action server", f"{settings.actions_url}/health")


def _stopped(name: str, host: str, number: int, variable: str) -> Finding:
    subject = f"Port {number}"
    if is_free(host, number):
        return Finding(subject=subject, state="note", words=f"free: {name} is not running")
    remedy = f"Stop the other program, or choose another port: {variable}"
    return Finding(
        subject=subject, state="wrong", words=f"taken, yet no gateway is running for {name}", remedy=remedy
    )


async def _server(name: str, url: str) -> Finding:
    if await answers(url):
        return Finding(subject=name, state="good", words=f"answers at {url}")
    remedy = "Messages are accepted and acknowledged meanwhile. Look at the output of make run."
    return Finding(subject=name, state="wrong", words=f"does not answer at {url}", remedy=remedy)


def _cause(error: SQLAlchemyError) -> str:
    return str(error).splitlines()[0]
