"""A record that is nested without end: it is told, the rest of its page goes on, and what was known of it stays."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.memory import WORLDS, World
from syncd.model.raw import MOST_LEVELS, TOO_DEEP, shallow
from tests.run.run_given import Company


def nested(levels: int) -> Any:
    """So many objects and lists, each in the one before."""
    value: Any = "end"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


@pytest.fixture
def world(firm: Company) -> Iterator[World]:
    """Two things beside the company's vendors."""
    firm.only()
    firm.sections["connections.mem"] = {"kind": "memory", "url": "deep"}
    made = WORLDS["deep"] = World()
    for id in ("1", "2"):
        made.put(id, {"kind": "item", "title": f"thing {id}", "status": "doing"})
    yield made
    del WORLDS["deep"]


@pytest.mark.parametrize("levels", [10_000, 100_000])
def test_a_record_of_ten_thousand_levels_is_rejected_and_the_rest_goes_on(firm: Company, world: World, levels: int) -> None:
    assert firm.once().problems == []
    before = firm.export("item")
    world.put("2", {"kind": "item", "title": "another", "status": "done", "extra": nested(levels)})
    world.put("3", {"kind": "item", "title": "thing 3", "status": "doing"})
    for _ in range(2):
        ran = firm.once()
        (line,) = ran.problems
        assert line.startswith("mem: 2: extra is nested deeper than 100 levels and was not kept. Correct it in the record")
        assert (ran.code, ran.state("mem", "things")) == (0, "fresh")
        assert ran.json["connections"]["mem"]["streams"]["things"]["rejected"] == 1
        after = firm.export("item")
        assert after.keys() == {"mem 1", "mem 2", "mem 3"}
        assert after["mem 2"] == before["mem 2"]
    world.put("2", {"kind": "item", "title": "another", "status": "done"})
    assert firm.once().problems == []
    assert firm.export("item")["mem 2"]["title"] == "another"


def test_what_is_nested_as_vendors_nest_is_kept_as_it_is(firm: Company, world: World) -> None:
    world.put("1", {"kind": "item", "title": "deep", "extra": nested(MOST_LEVELS)})
    assert firm.once().problems == []
    assert firm.export("item")["mem 1"]["title"] == "deep"


def test_only_the_field_that_is_too_deep_is_left_out() -> None:
    kept = nested(MOST_LEVELS)
    found = shallow({"id": 1, "kept": kept, "cut": nested(MOST_LEVELS + 1), "wide": [[]] * 1000})
    assert found == {"id": 1, "kept": kept, "cut": TOO_DEEP, "wide": [[]] * 1000}


def test_a_page_that_cannot_be_decoded_for_one_of_its_records_is_read_without_its_field(firm: Company) -> None:
    firm.only("code")
    firm.github.issue("acme/api", "Well")
    issues = [issue for _, issue in sorted(firm.github.home("acme/api").issues.items())]
    odd = '{"in": [' * 50_000 + "]}" * 50_000
    page = json.dumps(issues, default=str).replace("[{", f'[{{"odd": {odd}, ', 1)
    firm.github.server.fail(r"^GET /repos/acme/api/issues\?", status=200, body=page)
    ran = firm.once()
    (line,) = ran.problems
    assert line.startswith("code: acme/api#1: odd is nested deeper than 100 levels and was not kept")
    assert (ran.code, ran.state("code", "issues")) == (0, "fresh")
    assert "code acme/api#2" in firm.export("item")
