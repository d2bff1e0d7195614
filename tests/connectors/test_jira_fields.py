"""Fields by the names that people see: asked for by id, handed over under both."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncd.contract import Connector, Misconfigured
from syncd.demo.jira_twin import JiraTwin
from syncd.mapping import Applied, apply, fields_read
from syncd.model.rows import Item, Quantity
from tests.connectors.jira_given import Clock
from tests.connectors.jira_streams_given import connect, lines, pages, records, ref, serving
from tests.mapping.mapping_world import default, made


@pytest.fixture(params=["cloud", "server"])
def twin(request: pytest.FixtureRequest) -> Iterator[JiraTwin]:
    for twin in serving(request.param, Clock(), "PLAT"):
        twin.lists.field("customfield_10024", "Story Points")
        twin.lists.field("customfield_10030", "Zieldatum", untranslatedName="Target date")
        twin.issue("PLAT", "Checkout", customfield_10024=5, customfield_10030="2026-06-01", customfield_10099="much")
        yield twin


def reading(twin: JiraTwin, *names: str) -> Connector:
    return connect(twin, fields={"issues": frozenset({"duedate", *names})})


def fields(connector: Connector) -> dict[str, Any]:
    (record,) = records(pages(connector, "issues")).values()
    found: dict[str, Any] = record.data["fields"]
    return found


@pytest.mark.parametrize("name", ["Story Points", "story points", "STORY POINTS"])
def test_a_field_by_its_name_is_asked_for_by_its_id_and_given_under_both(twin: JiraTwin, name: str) -> None:
    found = fields(reading(twin, name))
    assert (found[name], found["customfield_10024"]) == (5, 5)
    assert "customfield_10099" not in found
    (asked,) = lines(twin, "/search")
    assert "customfield_10024" in asked
    assert "oints" not in asked


def test_a_field_is_known_by_its_untranslated_name_too(twin: JiraTwin) -> None:
    found = fields(reading(twin, "Target Date", "Zieldatum"))
    assert found["Target Date"] == found["Zieldatum"] == "2026-06-01"


def test_a_mapping_may_read_it_like_any_other(twin: JiraTwin) -> None:
    mapping = made('extends = "jira.default"\n[fields.issues]\nestimate = { path = \'fields."Story Points"\', as = "points" }')
    (record,) = records(pages(connect(twin, fields=fields_read(mapping)), "issues")).values()
    result = apply(mapping, record)
    assert isinstance(result, Applied)
    (item,) = result.rows
    assert isinstance(item, Item)
    assert item.estimate == Quantity(5, "points")


def test_the_names_are_asked_for_once_and_only_where_the_mapping_reads_one(twin: JiraTwin) -> None:
    fields(connect(twin, fields=fields_read(default("jira.default"))))
    assert not lines(twin, "/field")
    connector = reading(twin, "Story Points", "No such field")
    assert "No such field" not in fields(connector)
    fields(connector)
    assert connector.fetch_one(ref(twin, "PLAT-1")).data["fields"]["Story Points"] == 5
    assert len(lines(twin, "/field")) == 1


def test_a_name_that_two_fields_have_is_one_line_with_their_ids(twin: JiraTwin) -> None:
    twin.lists.field("customfield_10777", "Story Points")
    with pytest.raises(Misconfigured) as caught:
        fields(reading(twin, "Story Points"))
    assert caught.value.text == (
        "there are 2 fields of the name 'Story Points': customfield_10024, customfield_10777. "
        "Name one by its id in the mapping, as in fields.customfield_10024"
    )
    assert not lines(twin, "/search")


def test_of_names_that_differ_in_case_only_the_one_written_so_counts(twin: JiraTwin) -> None:
    twin.lists.field("customfield_10777", "Story points")
    assert fields(reading(twin, "Story Points"))["Story Points"] == 5


def test_a_field_of_one_project_goes_before_that_of_the_site_and_only_there(twin: JiraTwin) -> None:
    twin.project("TEAM")
    twin.issue("TEAM", "Own ways", customfield_10024=1, customfield_10888=8)
    scope = {"type": "PROJECT", "project": {"id": str(twin.projects["TEAM"]["id"])}}
    twin.lists.field("customfield_10888", "Story Points", scope=scope)
    connector = connect(twin, "PLAT", "TEAM", fields={"issues": frozenset({"Story Points"})})
    for name, points in (("PLAT", 5), ("TEAM", 8)):
        (record,) = records(pages(connector, "issues", name=name)).values()
        assert record.data["fields"]["Story Points"] == points


def test_people_can_look_up_what_fields_there_are(twin: JiraTwin) -> None:
    connector = connect(twin)
    found = connector.fields("issues")
    assert found is not None
    assert (found["customfield_10024"], found["duedate"]) == ("Story Points", "Due date")
    assert connector.fields("versions") is None
    twin.lists.field("customfield_10024", "Points")
    again = connector.fields("issues")
    assert again is not None
    assert again["customfield_10024"] == "Points"


def test_a_status_counts_by_id_by_name_in_any_language_and_by_resolution(twin: JiraTwin) -> None:
    """What the fields say of progress, as the default mapping and one of a team's own read it."""
    id = "10407"
    status = {"id": id, "name": "Erledigt", "statusCategory": {"key": "indeterminate"}}
    twin.edit("PLAT-1", status=status)
    (record,) = records(pages(connect(twin), "issues")).values()

    def status_by(text: str) -> str:
        result = apply(made(f'extends = "jira.default"\n{text}'), record)
        assert isinstance(result, Applied)
        (item,) = result.rows
        assert isinstance(item, Item)
        return item.status

    assert status_by("") == "doing"
    assert status_by(f'[table.status]\n"{id}" = "done"') == "done"
    assert status_by('[table.status]\n"ERLEDIGT" = "dropped"') == "dropped"
    record.data["fields"]["resolution"] = {"name": "Done"}
    assert status_by("") == "done"
    assert status_by("[mapping]\nresolution_outranks_status = false") == "doing"
