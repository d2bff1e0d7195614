"""A database of an older version: what it holds is kept by every migration."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from syncd.model.ref import Ref
from syncd.store import open_store
from syncd.store.engine import connect
from syncd.store.migrate import VERSION_TABLE


def test_what_the_first_version_said_is_a_comment_still(store_url: str) -> None:
    db = connect(store_url)
    with as_file(files("syncd.store") / "migrations") as folder, db.writing() as tx:
        config = Config(attributes={"connection": tx, "version_table": VERSION_TABLE})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        command.upgrade(config, "m0001")
        columns = "connection, stream, id, project, key, digest, remote_id, fingerprints, body, muted"
        values = "'plat', 'issues', '1', 'PLAT', 'k', 'd', 'c-1', '[\"f\"]', '\"hello\"', false"
        tx.execute(text(f"INSERT INTO ledger ({columns}) VALUES ({values})"))
    db.engine.dispose()
    store = open_store(store_url)
    said = store.ledger.said()[Ref("plat", "issues", "1")]
    assert (said.verb, said.remote_id, said.fingerprints, said.body) == ("comment", "c-1", ("f",), "hello")
    assert store.ledger.marks() == {}
    store.ledger.put(said)
    assert len(store.ledger.said()) == 1
    store.close()
