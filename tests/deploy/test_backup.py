"""The backup of deploy/README.md, as it is written there: taken while syncd has the file open, and put back."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from syncd.store import open_store
from tests.cli.cli_world import company, configured, syncd

PAGE = Path(__file__).resolve().parent.parent.parent / "deploy" / "README.md"


def test_a_copy_taken_while_it_runs_knows_what_was_said(tmp_path: Path) -> None:
    found = re.search(r"^python3 -c .*$", PAGE.read_text(), re.MULTILINE)
    assert found
    with company() as jira:
        config = configured(tmp_path, jira)
        assert json.loads(syncd("once", "-c", config, "--json").stdout)["actions"]["delivered"] == 2
        database, copy = tmp_path / "syncd.db", tmp_path / "backup.db"
        store = open_store(f"sqlite:///{database}")
        store.meta.put("newest", datetime.now(UTC).isoformat())
        words = [
            {"python3": sys.executable, "/data/syncd.db": str(database), "/data/backup.db": str(copy)}.get(word, word)
            for word in shlex.split(found[0])
        ]
        subprocess.run(words, check=True, timeout=60)
        store.close()
        for name in ("syncd.db", "syncd.db-wal", "syncd.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.move(copy, database)
        again = json.loads(syncd("once", "-c", config, "--json").stdout)
        assert again["findings"] | {"open": 2, "new": 0} == again["findings"]
        assert again["actions"]["delivered"] == 0
        restored = open_store(f"sqlite:///{database}")
        assert restored.meta.get("newest")
        restored.close()
