"""A custom field that somebody renames or deletes in Jira, from the vendor to what the owner of the integration reads."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syncd.app import opened
from syncd.demo.jira_twin import JiraTwin
from syncd.run.fields import look
from tests.cli.cli_world import company, configured, syncd, today

MAPPING = """
extends = "jira.default"
[fields.issues]
due = {{ first = ["fields.{field}", "fields.duedate"] }}
"""
ID, NAME = "customfield_10900", "Target end"


@pytest.fixture
def jira() -> Iterator[JiraTwin]:
    with company() as twin:
        twin.lists.field(ID, NAME)
        for key in ("PLAT-1", "PLAT-2", "PAY-1"):
            set_field(twin, key, today(-20))
        yield twin


def set_field(twin: JiraTwin, key: str, value: str | None) -> None:
    fields: dict[str, Any] = {ID: value}
    twin.edit(key, **fields)


def make(folder: Path, twin: JiraTwin, field: str) -> Path:
    (folder / "mappings").mkdir()
    (folder / "mappings" / "acme.toml").write_text(MAPPING.format(field=field))
    config = configured(folder, twin)
    config.write_text(config.read_text().replace('kind = "jira"', 'kind = "jira"\nmapping = "acme"'))
    return config


def due(config: Path) -> dict[str, str]:
    rows = json.loads(syncd("export", "-c", config, "--kind", "item").stdout)
    rows += json.loads(syncd("export", "-c", config, "--kind", "milestone").stdout)
    return {row["ref"]["key"]: row["due"] for row in rows}


def passes(config: Path, count: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for _ in range(count):
        found = json.loads(syncd("once", "-c", config, "--json").stdout)
    return found


def listed(config: Path) -> None:
    """Two passes, and the look at the fields that is made once a connection has been read for a while."""
    passes(config, 2)
    with opened(config, {}) as app:
        (link,) = app.links
        with closing(link.open()) as connector:
            look(link, connector, app.store, app.works.clock)


def lost(config: Path) -> list[tuple[str, str | None]]:
    found = json.loads(syncd("findings", "-c", config, "--json").stdout)
    return [(one["facts"]["name"], one["facts"]["called"]) for one in found if one["code"] == "field_lost"]


def test_a_deleted_field_is_a_finding_and_no_date_goes(jira: JiraTwin, tmp_path: Path) -> None:
    config = make(tmp_path, jira, ID)
    listed(config)
    said = {key: [c["body"] for c in jira.comments(key)] for key in ("PLAT-1", "PLAT-2")}
    assert set(due(config).values()) == {today(-20)}
    del jira.lists.fields[ID]
    for issue in jira.issues.values():
        issue["fields"].pop(ID, None)
    jira.edit("PLAT-1", summary="Checkout v3")

    first = passes(config, 1)
    assert due(config)["PLAT-1"] == today(-20), "nothing is concluded before it is known what happened"
    assert any("whether the field is there still is asked in the next pass" in line for line in first["problems"])  # type: ignore[attr-defined]
    passes(config, 1)
    assert lost(config) == [(NAME, None)]
    assert due(config) == dict.fromkeys(("PLAT-1", "PLAT-2", "PAY-1"), today(-20))
    assert {key: [c["body"] for c in jira.comments(key)] for key in ("PLAT-1", "PLAT-2")} == said

    mapping = tmp_path / "mappings" / "acme.toml"
    mapping.write_text('extends = "jira.default"\n')
    passes(config, 1)
    assert lost(config) == []
    assert due(config)["PLAT-1"] == today(-14)


def test_a_field_that_one_record_leaves_behind_is_no_loss(jira: JiraTwin, tmp_path: Path) -> None:
    """An issue may move to where the field is not shown: then the absence is believed, after a look."""
    config = make(tmp_path, jira, ID)
    listed(config)
    jira.held("PLAT-1")["fields"].pop(ID)
    jira.edit("PLAT-1", summary="Checkout v3")
    passes(config, 1)
    assert due(config)["PLAT-1"] == today(-20)
    passes(config, 1)
    assert lost(config) == []
    assert due(config)["PLAT-1"] == today(-14)


def test_a_field_that_was_emptied_is_believed_at_once(jira: JiraTwin, tmp_path: Path) -> None:
    config = make(tmp_path, jira, ID)
    listed(config)
    set_field(jira, "PLAT-1", None)
    passes(config, 1)
    assert due(config)["PLAT-1"] == today(-14)
