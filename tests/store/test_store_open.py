"""Opening: from nothing, again, by two at once, and every way in which it can fail, in one line for a person."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import syncd.store
from syncd.store import StoreError, open_store
from syncd.store.engine import connect
from syncd.store.migrate import LATEST, VERSION_TABLE, revision
from syncd.store.tables import metadata
from tests.store.given import AT, wish


def test_an_empty_database_gets_the_tables_and_a_second_start_finds_what_was_kept(store_url: str) -> None:
    first = open_store(store_url)
    first.meta.put("last_pass", {"at": "2026-05-05"})
    first.close()
    second = open_store(store_url)
    assert second.meta.get("last_pass") == {"at": "2026-05-05"}
    second.close()


def test_the_migrations_make_exactly_the_tables_of_the_code(store_url: str) -> None:
    store = open_store(store_url)
    with store.db.reading() as tx:
        assert revision(tx) == LATEST
        context = MigrationContext.configure(tx, opts={"compare_type": True, "version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_the_code_asks_for_the_last_migration_there_is() -> None:
    folder = Path(syncd.store.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == LATEST


def test_processes_that_start_at_once_on_an_empty_database_all_get_it(store_url: str) -> None:
    errors: list[Exception] = []
    start = threading.Barrier(6)

    def opening() -> None:
        start.wait()
        try:
            open_store(store_url).close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=opening) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_new_file_is_never_locked_for_those_who_open_it_at_once(tmp_path: Path) -> None:
    """SQLite refuses all but one of those who switch a file to WAL together, without waiting; not in every round, hence several."""

    def opening(path: Path, start: threading.Barrier) -> str:
        db = connect(f"sqlite:///{path}")
        start.wait()
        with db.reading() as tx:
            mode = str(tx.exec_driver_sql("PRAGMA journal_mode").scalar())
        db.engine.dispose()
        return mode

    with ThreadPoolExecutor(6) as pool:
        for number in range(60):
            start = threading.Barrier(6)
            files = [tmp_path / f"{number}.db"] * 6
            assert set(pool.map(opening, files, [start] * 6)) == {"wal"}


def test_threads_of_one_process_may_open_different_databases_at_once(tmp_path: Path) -> None:
    def opening(name: str) -> int:
        store = open_store(f"sqlite:///{tmp_path}/{name}.db")
        store.outbox.desire([wish(name)], AT)
        store.close()
        return len(list(tmp_path.glob(f"{name}.db")))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opening, "abcd")) == [1, 1, 1, 1]


def test_a_database_of_a_newer_version_is_left_alone(store_url: str) -> None:
    open_store(store_url).close()
    db = connect(store_url)
    with db.writing() as tx:
        tx.execute(text("UPDATE syncd_version SET version_num = 'm9999'"))
    db.engine.dispose()
    with pytest.raises(StoreError, match=r"made by a newer syncd \(revision m9999, this one has m\d+\)\. Start the newer one$"):
        open_store(store_url)


def test_a_migration_that_fails_leaves_the_database_as_it_was(store_url: str) -> None:
    db = connect(store_url)
    with db.writing() as tx:
        tx.execute(text("CREATE TABLE outbox (mine INTEGER)"))
    with pytest.raises(StoreError, match=rf"migration to {LATEST} failed and was undone: .*already exists"):
        open_store(store_url)
    with db.writing() as tx:
        tx.execute(text("DROP TABLE outbox"))
        assert revision(tx) is None
    db.engine.dispose()
    open_store(store_url).close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("syncd.db", "store.url is no database URL"),
        ("mysql://host/db", "store.url names mysql, which syncd does not know"),
        ("sqlite://", "store.url names no file, and a store in memory is lost at every start"),
        ("sqlite:///nowhere/syncd.db", "its folder does not exist. Create the folder, or change store.url"),
        ("sqlite:///folder", "unable to open database file. Check the path in store.url"),
        ("sqlite:///notes.txt", "file is not a database. The file is something else"),
        ("postgresql://bob:hunter2@127.0.0.1:1/db", "Check that the database is reachable and store.url is right"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_line_that_says_what_to_do(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("the minutes of Tuesday, and of Wednesday\n" * 50)
    with pytest.raises(StoreError) as caught:
        open_store(url, tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_relative_path_starts_at_the_folder_of_the_configuration(tmp_path: Path) -> None:
    open_store("sqlite:///syncd.db", tmp_path).close()
    assert (tmp_path / "syncd.db").is_file()


def test_a_path_with_a_percent_sign_works(tmp_path: Path) -> None:
    (tmp_path / "50%done").mkdir()
    open_store("sqlite:///50%done/syncd.db", tmp_path).close()
    assert (tmp_path / "50%done" / "syncd.db").is_file()


def test_a_file_that_may_only_be_read_says_so_at_the_first_write(tmp_path: Path) -> None:
    store = open_store("sqlite:///syncd.db", tmp_path)
    with store.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"readonly database\. Let syncd write to this file and its folder"):
        store.meta.put("x", 1)
    store.close()


def test_sqlite_is_set_up_for_crashes_and_many_threads(tmp_path: Path) -> None:
    store = open_store("sqlite:///syncd.db", tmp_path)
    with store.db.reading() as tx:
        values = [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert values == ["wal", 2, 1]
    store.close()


def test_a_writer_that_never_ends_is_named_as_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.store.engine.BUSY_S", 0.05)
    store = open_store("sqlite:///syncd.db", tmp_path)
    other = sqlite3.connect(tmp_path / "syncd.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"database is locked\. Another process kept it"):
        store.meta.put("x", 1)
    other.close()
    store.close()
