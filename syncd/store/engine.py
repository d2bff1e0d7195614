"""The engine: one URL becomes a database with the transactions that both SQLite and PostgreSQL keep."""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, create_engine, event, make_url, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from syncd.store import changes
from syncd.store.errors import StoreError

BUSY_S = 30
"""How long a writer waits for another one before it gives up."""

_ANALYSE_LOCK = 7_305_001
_CONNECT_S = 10
_WAL_ATTEMPTS = 50


class Database:
    """Transactions on one database, safe to share between threads.

    What a thread does while it writes joins that transaction; a joined write is a savepoint, so that a failed one leaves nothing
    behind even where its error is caught.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.where = engine.url.render_as_string(hide_password=True)
        self.postgres = engine.dialect.name == "postgresql"
        snapshot: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**snapshot) if self.postgres else engine
        self._writer = engine.execution_options(syncd_write=True)
        self._joined = threading.local()
        changes.listen(engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database from the first statement to the last; never blocks a writer."""
        current = self._current()
        if current is not None:
            yield current
            return
        with self._clearly(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or undone by an exception."""
        current = self._current()
        if current is not None:
            with self._clearly(), current.begin_nested():
                yield current
            return
        with self._clearly(), self._writer.begin() as connection:
            self._joined.connection = connection
            try:
                changes.forget(connection)
                yield connection
                changes.count(connection)
            finally:
                self._joined.connection = None

    @contextmanager
    def transaction(self, rollback: bool = False) -> Iterator[None]:
        """Join all that this thread does inside. One at a time in the whole installation. `rollback`: undo it all at the end."""
        with self.writing() as connection:
            self.lock(connection, _ANALYSE_LOCK)
            undo = connection.begin_nested() if rollback else None
            try:
                yield
            finally:
                if undo is not None:
                    undo.rollback()

    def lock(self, connection: Connection, *names: int) -> None:
        """Wait for a lock that is held until the transaction ends. SQLite has one writer anyway."""
        if self.postgres:
            call = f"SELECT pg_advisory_xact_lock({', '.join(str(name) for name in names)})"
            connection.execute(text(call))

    def compact(self) -> None:
        """Overwrite what was deleted or changed: SQLite leaves it in the file. PostgreSQL's own vacuum does it in time."""
        if self.postgres:
            return
        with self._clearly():
            raw = self.engine.raw_connection()
            try:
                for command in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(command)
            finally:
                raw.close()

    def upsert(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Collection[str] = ()) -> None:
        """Insert rows by primary key, or overwrite what is there except the columns to `keep`. All rows name the same columns."""
        if not rows:
            return
        connection.execute(_upsert(table, tuple(rows[0]), tuple(sorted(keep)), postgres=self.postgres), rows)

    def _current(self) -> Connection | None:
        return getattr(self._joined, "connection", None)

    @contextmanager
    def _clearly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StoreError(explain(error, self.where)) from error


@cache
def _upsert(table: Table, names: tuple[str, ...], keep: tuple[str, ...], *, postgres: bool) -> Any:
    """The statement for rows of these columns. It is made once: that takes longer than to run it."""
    insert = _insert(table, postgres=postgres)
    keys = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in names if name not in keys and name not in keep}
    if changed:
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)
    return insert.on_conflict_do_nothing(index_elements=keys)


def _insert(table: Table, *, postgres: bool) -> Any:
    """The dialect's own INSERT, loaded when it is used: SQLAlchemy's whole family of drivers comes along with PostgreSQL's."""
    if postgres:
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def connect(url: str, base_dir: Path | None = None) -> Database:
    """The database that a `store.url` names; nothing is sent yet. Raises StoreError where the URL cannot be used."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(_with_path(parsed, base_dir)))
    return Database(_postgres(parsed))


def _parsed(url: str) -> URL:
    """SQLAlchemy's URL, with the drivers that we use. `postgres://` is what many hosts still print."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"store.url is no database URL. {_URL_CURE}") from None
    backend = parsed.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    raise StoreError(f"store.url names {backend}, which syncd does not know. {_URL_CURE}")


_URL_CURE = 'Write "sqlite:///syncd.db" or "postgresql+psycopg://user@host/database"'


def _with_path(url: URL, base_dir: Path | None) -> URL:
    if not url.database or url.database == ":memory:":
        raise StoreError(f"store.url names no file, and a store in memory is lost at every start. {_URL_CURE}")
    path = (base_dir or Path()) / url.database
    if not path.parent.is_dir():
        raise StoreError(f"{path}: its folder does not exist. Create the folder, or change store.url")
    return url.set(database=str(path))


def _sqlite(url: URL) -> Engine:
    """WAL, so that readers never wait. `max_overflow` is open, because a reader that streams keeps its connection."""
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, max_overflow=-1)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi: sqlite3.Connection, _record: object) -> None:
    """The driver's own transactions are off: it would begin late, and lose increments between two writers.

    synchronous=FULL syncs the log at every commit. NORMAL would outlive `kill -9` as well, but after a power cut it may forget an
    intent whose comment was sent already: then it would be sent again. It costs one sync for each page, intent and receipt.
    """
    dbapi.isolation_level = None
    _use_wal(dbapi)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        dbapi.execute(f"PRAGMA {pragma}").close()


def _use_wal(dbapi: sqlite3.Connection) -> None:
    """A new file is switched to WAL by whoever opens it first. The others are refused at once, busy timeout or not, so they wait
    for the lock that the first one holds and look again."""
    for _ in range(_WAL_ATTEMPTS):
        try:
            dbapi.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        dbapi.executescript("BEGIN IMMEDIATE; ROLLBACK")
    dbapi.execute("PRAGMA journal_mode=WAL").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that reads first and writes later fails when another has written in between."""
    writes = connection.get_execution_options().get("syncd_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: URL) -> Engine:
    """`pool_pre_ping`: a server that was restarted costs a connection, not a pass."""
    return create_engine(url, connect_args={"connect_timeout": _CONNECT_S}, pool_pre_ping=True, max_overflow=-1)


def explain(error: SQLAlchemyError, where: str) -> str:
    """One line of a driver's error: what happened, where, what to do."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return f"{where}: {cause[0].strip().rstrip('.')}. {_cure(error, cause[0])}"


def _cure(error: SQLAlchemyError, cause: str) -> str:
    if isinstance(error, IntegrityError):
        return "The change was undone and nothing was lost; this is a defect of syncd, please report it with this line"
    return next((cure for sign, cure in _CURES if sign in cause), "Check that the database is reachable and store.url is right")


_CURES = (
    ("unable to open database file", "Check the path in store.url, and that syncd may write to that folder"),
    ("readonly", "Let syncd write to this file and its folder, or change store.url"),
    ("not a database", "The file is something else: change store.url, or move the file away"),
    ("malformed", "The file is damaged: restore it from a backup, or move it away and let syncd read everything again"),
    ("is full", "Make room on the disk and start again; nothing that was confirmed is lost"),
    ("database is locked", f"Another process kept it for {BUSY_S} s: end that process, or use PostgreSQL for several workers"),
)
