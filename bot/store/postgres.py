"""PostgreSQL: several writers, on one machine or many, and a server that may be away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store.jobs import Job

# How long the server may take to let us in, in seconds.
PATIENCE = 5
# In milliseconds: how long a statement may take, how long it may wait for others' locks, and how
# long a process that hangs in mid-transaction keeps its own. Who reads, as exports do, may take longer.
WRITING = {"statement_timeout": 15_000, "lock_timeout": 5_000, "idle_in_transaction_session_timeout": 15_000}
READING = {**WRITING, "statement_timeout": 60_000}
# A cut cable is noticed after 15 s without a sign of life; the kernel would wait for two hours.
_SIGNS_OF_LIFE = {"keepalives_idle": 6, "keepalives_interval": 3, "keepalives_count": 3}
# serialization_failure, deadlock_detected, lock_not_available
# (https://www.postgresql.org/docs/current/errcodes-appendix.html)
_IN_EACH_OTHERS_WAY = {"40001", "40P01", "55P03"}
# The rests before a transaction is tried again, in seconds: a server that is started again is back
# within a second or two.
RESTS = (0.05, 0.2, 0.5, 1.0)


def connect(address: URL, connections: int, *, read_only: bool) -> Engine:
    """Connections to a server: as many as there are threads, and a few more."""
    limits = READING if read_only else WRITING
    arguments = {
        "connect_timeout": PATIENCE,
        "application_name": "relais",
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        **_SIGNS_OF_LIFE,
    }
    engine = create_engine(
        address,
        future=True,
        # What customers said are parameters: an error that is logged must not show them.
        hide_parameters=True,
        pool_size=connections,
        # Many rows in few trips to the server and back.
        executemany_mode="values_plus_batch",
        # What the address says itself comes first: a pooler between us takes no options, say.
        connect_args={name: value for name, value in arguments.items() if name not in address.query},
    )
    if read_only:
        event.listen(engine, "connect", _prepare_reader)
    return engine


def execute(engine: Engine, jobs: Sequence[Job], rest: Callable[[float], None] = time.sleep) -> None:
    """Do each job as a transaction, again where others were in its way or the server was away."""
    for job in jobs:
        job.result = _patiently(engine, job.function, rest)


def _patiently(engine: Engine, function: Callable[[Connection], Any], rest: Callable[[float], None]) -> Any:
    for seconds in RESTS:
        committing = False
        try:
            with engine.connect() as connection, connection.begin():
                result = function(connection)
                committing = True
            return result
        except DBAPIError as error:
            # Nobody knows what became of a commit that got no answer: it is not for us to repeat.
            if committing or not _may_work_again(error):
                raise
        rest(seconds)
    with engine.connect() as connection, connection.begin():
        return function(connection)


def _may_work_again(error: DBAPIError) -> bool:
    code = getattr(error.orig, "pgcode", None)
    if error.connection_invalidated or code in _IN_EACH_OTHERS_WAY:
        return True
    return code is None and isinstance(error, OperationalError)  # it could not connect


def _prepare_reader(connection: Any, _: object) -> None:
    # One consistent view for all statements of a transaction; it goes with each BEGIN.
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
